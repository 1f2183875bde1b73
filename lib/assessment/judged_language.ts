/** Languages whose captions say what a picture is to be judged by. */
import type { Language } from "../text/language.ts";
import type { Point } from "./points.ts";

/** Something to find out, and how a model is asked about it. */
export interface AskedPoint extends Point {
  /** In taught words. */
  readonly question: string;
  /** How it is answered where that was found: "yes" where a cat is seen. */
  answer(found: string): string;
}

/** A language whose captions can be judged point by point. */
export interface JudgedLanguage extends Language {
  /**
   * What there is to find out of a picture that is held against a caption.
   * @throws CaptionError where nobody taught the model such a caption
   */
  points(caption: string): readonly AskedPoint[];
}

/** Whether captions of a language can be judged. */
export function isJudged(language: Language): language is JudgedLanguage {
  return "points" in language;
}
