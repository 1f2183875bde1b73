/** What it is worth to draw before one answers: questions about what comes of an instruction. */
import type { Drawing, Sampled } from "../../../evaluation/abilities.ts";
import { scoreEditing } from "../../../evaluation/editing.ts";
import type { AskedThought } from "../../../recipes/mod.ts";
import { checkNumber, COUNT, Random } from "../../../runtime/mod.ts";
import type { EmojiScenes, ThoughtExample } from "../emoji_scenes.ts";
import type { SceneParser } from "../parser/scene_parser.ts";
import type { Thought } from "../thinking.ts";
import { NEAR } from "./editing.ts";

/** Answers with a drawing and without one, such as a `PictureModel`. */
export interface Thinks<Options extends Sampled = Sampled> {
  /** An answer to each, after a drawing of what comes of its instruction. */
  thinkAll(
    items: readonly AskedThought[],
    options?: Options,
  ): Promise<(Drawing & { readonly answer: string })[]>;
  /** An answer to each at once, without a drawing. */
  imagineAll(items: readonly AskedThought[]): Promise<string[]>;
}

/**
 * Shares of right answers, word for word: of all, by kind, and where the instruction changes them; NaN of
 * none.
 */
export type ThoughtScores = Readonly<Record<"all" | "changed" | Thought["kind"], number>>;

/** How much it helps to draw before one answers. */
export interface ThinkingScores {
  /** Answers after a drawing. */
  readonly drawn: ThoughtScores;
  /** Answers at once. */
  readonly imagined: ThoughtScores;
  /** The share of drawings that show just what the instruction leads to. */
  readonly pictures: number;
}

/**
 * Asks `thoughts` questions about pictures that nothing was trained on, each twice: to be answered after
 * a drawing of what the instruction leads to, and at once. The parser says whether drawings are right.
 *
 * @throws RangeError where `thoughts` is no count
 */
export async function evaluateThinking<Options extends Sampled>(
  model: Thinks<Options>,
  scenes: EmojiScenes,
  parser: SceneParser,
  { thoughts, ...options }: { thoughts: number; seed: number } & Options,
): Promise<ThinkingScores> {
  checkNumber("thoughts", thoughts, COUNT);
  const random = new Random(options.seed, "evaluated thoughts");
  const asked = Array.from({ length: thoughts }, () => scenes.thought(random));
  const items = asked.map(({ before: picture, instruction, question }) => {
    return { picture, instruction, question };
  });
  const drawn = await model.thinkAll(items, options as unknown as Options);
  const imagined = await model.imagineAll(items);
  const { both: pictures } = scoreEditing(
    asked.map(({ after }, i) => ({
      // As if all had been added to an empty picture.
      before: { objects: [] },
      wanted: parser.parse(after),
      edited: parser.parse(drawn[i].picture),
    })),
    { near: NEAR },
  );
  return {
    drawn: scoresOf(asked, drawn.map(({ answer }) => answer)),
    imagined: scoresOf(asked, imagined),
    pictures,
  };
}

function scoresOf(asked: readonly ThoughtExample[], answers: readonly string[]): ThoughtScores {
  const share = (counts: (thought: ThoughtExample) => boolean) => {
    const those = [...asked.keys()].filter((i) => counts(asked[i]));
    return those.filter((i) => answers[i] === asked[i].answer).length / those.length;
  };
  return {
    all: share(() => true),
    changed: share(({ changed }) => changed),
    position: share(({ kind }) => kind === "position"),
    counting: share(({ kind }) => kind === "counting"),
    color: share(({ kind }) => kind === "color"),
  };
}
