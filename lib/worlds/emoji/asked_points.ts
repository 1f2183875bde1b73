/** What there is to find out of a picture, as questions that models of the world are taught. */
import type { AskedPoint } from "../../assessment/judged_language.ts";
import { type Point, pointsOf } from "../../assessment/points.ts";
import { PLURALS } from "./axes.ts";
import type { CaptionSpec } from "./caption.ts";
import { colorQuestion, countQuestion, presenceQuestion, whereQuestion } from "./questions.ts";
import { requirementsOf } from "./requirements.ts";
import type { Sentence } from "./sentence.ts";

/** Answers where something is there, or not. */
const ANSWERS: Readonly<Record<string, string>> = { seen: "yes", missing: "no" };

/** Words that no other question is answered with. */
export const POINT_WORDS = ["none", "many"];

/**
 * What there is to find out of a picture of a caption.
 *
 * @example
 * ```ts
 * import { askedPoints } from "./asked_points.ts";
 *
 * const [object, count] = askedPoints({ task: "counting", concept: "cat", count: 2 });
 * if (object.question !== "is there a cat" || object.answer("seen") !== "yes") throw new Error();
 * if (count.question !== "how many cats" || count.answer("three") !== "three") throw new Error();
 * ```
 */
export function askedPoints(asked: CaptionSpec | Sentence): AskedPoint[] {
  return pointsOf(requirementsOf(asked), PLURALS).map((point) => ({
    ...point,
    question: questionOf(point),
    answer: (found) => ANSWERS[found] ?? found,
  }));
}

function questionOf({ axis, about }: Point): string {
  switch (axis) {
    case "object":
      return presenceQuestion(about);
    case "count":
      return countQuestion(about);
    case "color":
      return colorQuestion(about);
    case "position": {
      const [from, thing] = about.split(" ");
      return whereQuestion(thing, from);
    }
  }
}
