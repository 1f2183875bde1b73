/** The tasks that a unified model learns, each as a source of endless examples. */
import type { EmojiScenes } from "../worlds/emoji/emoji_scenes.ts";
import type { Picture } from "../data/picture.ts";
import { detailQuestions, type Question } from "../worlds/emoji/questions.ts";
import type { Random } from "../runtime/mod.ts";
import type { EncodedPicture } from "../vision/mod.ts";
import type { Turn } from "../unified/mod.ts";
import { answerPicture, answerText, ask, plainText } from "./formats.ts";

/** An example before its pictures are encoded. */
export interface Example {
  readonly pictures: readonly Picture[];
  readonly turns: (encoded: readonly EncodedPicture[]) => Turn[];
}

/** What an example of a task holds: batches are of one size, as long as their longest sequence. */
export type Size = "text" | "drawing" | "reading" | "detail" | "editing" | "assessment";

export interface Task {
  readonly size: Size;
  readonly example: (random: Random) => Example;
}

/** Share of drawing examples whose caption is left out, so that guidance has its opposite. */
const CAPTION_DROP = 0.1;

/** Share of drawing examples that are asked for by a description of any scene: "two red hearts". */
const DESCRIBED = 0.25;

function described({ picture, description }: { picture: Picture; description: string }) {
  return { picture, caption: description };
}

/** How many questions are asked about a picture, one after the other. */
const QUESTIONS = 3;

/** The same about details. */
const DETAILS = 6;

/** A conversation about a picture: one question after the other. */
function asked(picture: Picture, [first, ...further]: readonly Question[]): Example {
  return {
    pictures: [picture],
    turns: ([{ features }]) => [
      { ask: ask.question(features, first.question), answer: answerText(first.answer) },
      ...further.map(({ question, answer }) => ({
        ask: ask.further(question),
        answer: answerText(answer),
      })),
    ],
  };
}

export type TaskName =
  | "text"
  | "describe"
  | "question"
  | "detail"
  | "draw"
  | "edit"
  | "reconstruct";

/** The tasks over a data set. */
export function tasksOf(scenes: EmojiScenes): Record<TaskName, Task> {
  return {
    /** Captions, questions and answers as plain text: all there is of a language model here. */
    text: {
      size: "text",
      example: (random) => {
        const line = scenes.textLine(random);
        return { pictures: [], turns: () => plainText(line) };
      },
    },
    describe: {
      size: "reading",
      example(random) {
        const { picture, description } = scenes.reading(random);
        return {
          pictures: [picture],
          turns: ([{ features }]) => [
            { ask: ask.describe(features), answer: answerText(description) },
          ],
        };
      },
    },
    question: {
      size: "reading",
      example(random) {
        const { picture, questions } = scenes.reading(random);
        return asked(picture, questions.slice(0, QUESTIONS));
      },
    },
    /** Which colour is whose, and where: about pictures of several things, all of them tinted. */
    detail: {
      size: "detail",
      example(random) {
        for (;;) {
          const options = { objects: 2 + random.integer(3), tinted: 1 };
          const { picture, scene } = scenes.reading(random, options);
          const questions = detailQuestions(scene, random);
          if (questions.length > 0) return asked(picture, questions.slice(0, DETAILS));
        }
      },
    },
    draw: {
      size: "drawing",
      example(random) {
        const { picture, caption } = random.uniform() < DESCRIBED
          ? described(scenes.reading(random))
          : scenes.caption(random);
        const asked = random.uniform() < CAPTION_DROP ? ask.drawAnything() : ask.draw(caption);
        return {
          pictures: [picture],
          turns: ([{ ids }]) => [{ ask: asked, answer: answerPicture(ids) }],
        };
      },
    },
    edit: {
      size: "editing",
      example(random) {
        const { before, after, instruction } = scenes.edit(random);
        return {
          pictures: [before, after],
          turns: ([{ features }, { ids }]) => [
            { ask: ask.edit(features, instruction), answer: answerPicture(ids) },
          ],
        };
      },
    },
    reconstruct: {
      size: "editing",
      example(random) {
        const { picture } = scenes.reading(random);
        return {
          pictures: [picture],
          turns: ([{ features, ids }]) => [
            { ask: ask.reconstruct(features), answer: answerPicture(ids) },
          ],
        };
      },
    },
  };
}
