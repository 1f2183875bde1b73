/** The language of an emoji world: what may be said of its scenes, in whatever words. */
import type { JudgedLanguage } from "../../assessment/judged_language.ts";
import type { Language } from "../../text/language.ts";
import { knowLanguage } from "../../text/languages.ts";
import { askedPoints } from "./asked_points.ts";
import { readCaption, readInstruction, readQuestion, wordingOf } from "./captions.ts";
import { expectWorld } from "./expect_world.ts";
import { readAbout } from "./stories/read_story.ts";
import type { World } from "./world.ts";

/** The language of a world: captions, questions, instructions and stories. */
export interface EmojiLanguage extends JudgedLanguage {
  /** What may be spoken of. */
  readonly world: World;
}

/**
 * The language of a world.
 *
 * @throws RangeError for a world that cannot be drawn or spoken of
 *
 * @example
 * ```ts
 * import { emojiLanguage } from "./language.ts";
 * import { worldOf } from "./world.ts";
 *
 * const said = emojiLanguage(worldOf("nano")).caption("Draw 2 RED hearts, please!");
 * if (said !== "two red hearts") throw new Error(said);
 * ```
 */
export function emojiLanguage(world: World): EmojiLanguage {
  expectWorld(world);
  return {
    world,
    settings: { kind: "emoji", ...world },
    caption: (text) => wordingOf(readCaption(text, world)),
    instruction: (text) => readInstruction(text, world),
    question: (text) => readQuestion(text, world),
    subject: (text) => readAbout(text, world).about,
    points: (caption) => askedPoints(readCaption(caption, world)),
  };
}

/** The language that a model's configuration keeps. */
function emojiLanguageOf(settings: unknown): EmojiLanguage {
  const { kind: _, ...world } = settings as { kind: string } & World;
  return emojiLanguage(world);
}

knowLanguage("emoji", emojiLanguageOf);

/**
 * The world of a model.
 * @throws RangeError where the model speaks another language
 */
export function worldOfModel({ language }: { readonly language: Language }): World {
  if (language.settings.kind === "emoji") return (language as EmojiLanguage).world;
  throw new RangeError(
    `Expected a model of an emoji world, but found one of the language "${language.settings.kind}"`,
  );
}
