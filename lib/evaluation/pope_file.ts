/**
 * POPE's own files (arXiv 2305.10355): questions such as `coco_pope_random.json`, JSON lines in spite
 * of their name, and answers in the same order. Read, asked, and scored as POPE's script scores them.
 */
import { z } from "../packages/zod.ts";
import { type Picture, readPicture } from "../data/picture.ts";
import { readRecords } from "../files/records.ts";
import type { LineFormat } from "../files/mod.ts";
import type { Answers } from "./abilities.ts";
import { parseYesNo, type PopeScores, popeScores, type YesNo } from "./pope.ts";

/** A question about a picture, and its right answer. */
export interface PopeQuestion {
  /** The picture's file, in a folder of pictures. */
  readonly image: string;
  /** The question. */
  readonly text: string;
  /** What is right. */
  readonly label: YesNo;
}

/** An answer in a model's own words. */
export interface PopeAnswer {
  /** The question's text, perhaps with more around it. */
  readonly question?: string;
  /** What was said. */
  readonly answer: string;
}

const QUESTIONS: LineFormat<PopeQuestion> = {
  what: "a question of POPE",
  schema: z.object({
    image: z.string().min(1),
    text: z.string().min(1),
    label: z.string().trim().toLowerCase().pipe(z.enum(["yes", "no"])),
  }),
};

const ANSWERS: LineFormat<PopeAnswer> = {
  what: "an answer to a question of POPE",
  schema: z.object({ question: z.string().optional(), answer: z.string() }),
};

/**
 * Reads a file of POPE's questions: a record a line, or one JSON array of them.
 * @throws RangeError naming the line and what is not as expected
 */
export function readPope(path: string): Promise<PopeQuestion[]> {
  return readRecords(path, QUESTIONS);
}

/**
 * Reads a file of answers, `{"question": …, "answer": …}` a line, or one JSON array of them.
 * @throws RangeError naming the line and what is not as expected
 */
export function readPopeAnswers(path: string): Promise<PopeAnswer[]> {
  return readRecords(path, ANSWERS);
}

/**
 * The answer in a model's own words as POPE's script reads it, letter for letter: of what stands
 * before the first full stop, without commas and parted at single spaces, "No", "no" or "not" mean no;
 * anything else means yes, so "NO", "No!" and "no\\n" too. `parseYesNo` takes those for a no.
 *
 * @example
 * ```ts
 * import { parseYesNo } from "./pope.ts";
 * import { popeYesNo } from "./pope_file.ts";
 *
 * if (popeYesNo("No, there is none.") !== "no") throw new Error("Expected no");
 * if (popeYesNo("No!") !== "yes" || parseYesNo("No!") !== "no") throw new Error("Expected both");
 * ```
 */
export function popeYesNo(answer: string): YesNo {
  const words = answer.split(".")[0].replaceAll(",", "").split(" ");
  return ["No", "no", "not"].some((word) => words.includes(word)) ? "no" : "yes";
}

/** Scores by POPE's own reading of the answers, so that they compare with published ones. */
export interface PopeFileScores extends PopeScores {
  /** How many were asked. */
  readonly questions: number;
  /** Answers that `parseYesNo` reads otherwise than POPE's script: "NO", "No!". */
  readonly readOtherwise: number;
}

/**
 * Scores answers to POPE's questions, in their order.
 *
 * @throws RangeError where there is not one answer for each question, or an answer says that it is to
 * another question; counted from 1
 *
 * @example
 * ```ts
 * import { scorePope } from "./pope_file.ts";
 *
 * const text = "Is there a dog in the image?";
 * const scores = scorePope([{ image: "a.jpg", text, label: "no" }], [{ answer: "NO" }]);
 * if (scores.accuracy !== 0 || scores.readOtherwise !== 1) throw new Error("Expected POPE's yes");
 * ```
 */
export function scorePope(
  questions: readonly PopeQuestion[],
  answers: readonly PopeAnswer[],
): PopeFileScores {
  if (answers.length !== questions.length) {
    throw new RangeError(
      `Expected an answer to each of ${questions.length} questions, but found ${answers.length}`,
    );
  }
  answers.forEach(({ question }, i) => {
    if (question === undefined || question.includes(questions[i].text)) return;
    throw new RangeError(
      `Expected answer ${i + 1} to be to "${questions[i].text}", but found "${question}"`,
    );
  });
  const pairs = questions.map(({ label }, i) => ({
    expected: label,
    found: popeYesNo(answers[i].answer),
  }));
  return {
    questions: questions.length,
    ...popeScores(pairs),
    readOtherwise: answers.filter(({ answer }, i) => parseYesNo(answer) !== pairs[i].found).length,
  };
}

/**
 * Asks a model POPE's questions about the pictures in a folder, and scores its answers. Each picture is
 * read once, scaled to cover a square of `size × size` pixels, the model's.
 *
 * @throws PictureError for a picture that is missing or none; CaptionError for words that nobody
 * taught the model
 */
export async function evaluatePope(
  model: Answers,
  questions: readonly PopeQuestion[],
  { pictures: folder, size }: { readonly pictures: string; readonly size: number },
): Promise<PopeFileScores> {
  const pictures = new Map<string, Picture>();
  for (const { image } of questions) {
    if (!pictures.has(image)) {
      pictures.set(image, await readPicture(`${folder}/${image}`, { size }));
    }
  }
  const asked = questions.map(({ image, text }) => ({
    picture: pictures.get(image)!,
    question: text,
  }));
  const answers = await model.askAll(asked);
  return scorePope(questions, answers.map((answer) => ({ answer })));
}
