/** What a unified model learns of an emoji world, as documents of each kind. */
import { type DataSet, endless } from "../../data/data_set.ts";
import type { Document } from "../../data/document.ts";
import { ASKED_FRAMES, CAPTION_DROP, documents, withCaption } from "../../recipes/mod.ts";
import { askedFrame } from "./animations.ts";
import type { EmojiScenes } from "./emoji_scenes.ts";
import { detailQuestions } from "./questions.ts";
import { randomStory } from "./stories/stories.ts";

/** Share of drawing documents that are asked for by a description of any scene: "two red hearts". */
const DESCRIBED = 0.25;

/** How many questions are asked about a picture, one after the other. */
const QUESTIONS = 3;

/** The same about details. */
const DETAILS = 6;

/** Share of pictures for details in which two or three of four things are alike, for "how many". */
const ALIKE = 0.25;

/** The kinds of documents. */
export type EmojiDocuments = Readonly<
  Record<
    | "text"
    | "describe"
    | "question"
    | "detail"
    | "draw"
    | "edit"
    | "reconstruct"
    | "frame"
    | "thought"
    | "imagined"
    | "story"
    | "outcome",
    DataSet<Document>
  >
>;

/** Endless documents of each kind over a world's scenes. */
export function emojiDocuments(scenes: EmojiScenes): EmojiDocuments {
  const { seed } = scenes;
  return {
    /** Captions, questions and answers as plain text: all there is of a language model here. */
    text: endless(seed, "text", (random) => documents.plainText(scenes.textLine(random))),

    describe: endless(seed, "describe", (random) => {
      const { picture, description } = scenes.reading(random);
      return documents.described(picture, description);
    }),

    /** Any number of things may be alike: else "three" would next to never be the answer. */
    question: endless(seed, "question", (random) => {
      const objects = 1 + random.integer(4);
      const alike = 1 + random.integer(objects);
      const { picture, questions } = scenes.reading(random, { objects, alike });
      return documents.asked(picture, questions.slice(0, QUESTIONS));
    }),

    /** Which colour is whose, how many, and where: about pictures of several things, all of them tinted. */
    detail: endless(seed, "detail", (random) => {
      for (;;) {
        const things = random.uniform() < ALIKE
          ? { objects: 4, alike: 2 + random.integer(2) }
          : { objects: 2 + random.integer(3) };
        const { picture, scene } = scenes.reading(random, { ...things, tinted: 1 });
        const questions = detailQuestions(scene, random);
        if (questions.length > 0) return documents.asked(picture, questions.slice(0, DETAILS));
      }
    }),

    draw: endless(seed, "draw", (random) => {
      const { picture, caption } = random.uniform() < DESCRIBED
        ? described(scenes.reading(random))
        : scenes.caption(random);
      return documents.drawn(random.uniform() < CAPTION_DROP ? undefined : caption, picture);
    }),

    edit: endless(seed, "edit", (random) => {
      const { before, after, instruction } = scenes.edit(random);
      return documents.edited(before, instruction, after);
    }),

    reconstruct: endless(
      seed,
      "reconstruct",
      (random) => documents.reconstructed(scenes.reading(random).picture),
    ),

    /** The next frame of an animation, the previous one, or one that is missing. */
    frame: endless(seed, "frame", (random) => {
      const asked = random.pick(ASKED_FRAMES);
      const { shown, wanted } = askedFrame(asked, scenes.animation(random).pictures, random);
      return documents.frame(asked, shown, wanted);
    }),

    /** What is so after an instruction: first drawn, then answered. */
    thought: endless(seed, "thought", (random) => {
      const { before, after, ...thought } = scenes.thought(random);
      return documents.thought(before, thought, after);
    }),

    /** The same, answered at once. */
    imagined: endless(seed, "imagined", (random) => {
      const { before, ...thought } = scenes.thought(random);
      return documents.imagined(before, thought);
    }),

    /** A story or a how-to: words and pictures in turn. */
    story: endless(seed, "story", (random) => {
      const { about, parts } = scenes.story(random);
      return documents.composed(about, parts);
    }),

    /** What a picture of a story shows, by what the one before showed and what is told since. */
    outcome: endless(seed, "outcome", (random) => {
      const { about, parts } = randomStory(scenes.world, random);
      const seen = parts.filter(({ caption }) => caption !== undefined);
      const at = random.integer(seen.length);
      const before = at === 0 ? about : withCaption(seen[at - 1]);
      return documents.outcome(`${before}. ${seen[at].text}`, seen[at].caption!);
    }),
  };
}

function described({ picture, description }: ReturnType<EmojiScenes["reading"]>) {
  return { picture, caption: description };
}
