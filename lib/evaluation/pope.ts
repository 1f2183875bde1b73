/** POPE (arXiv 2305.10355): does a model see objects that are not there? */
import type { Picture } from "../data/picture.ts";
import { checkNumber, COUNT } from "../runtime/numbers.ts";
import { Random } from "../runtime/random.ts";
import type { Answers } from "./abilities.ts";

/** How the absent objects are chosen: at random, the most frequent, or the likeliest beside. */
export type PopeSplit = "random" | "popular" | "adversarial";

/** The splits of POPE, by how the absent objects are chosen that it asks for. */
export const POPE_SPLITS = ["random", "popular", "adversarial"] as const satisfies PopeSplit[];

/** What such a question is answered with. */
export type YesNo = "yes" | "no";

/** What a picture's questions are about: objects that are there, and as many that are not. */
export interface PopeObjects {
  /** Objects that it shows. */
  readonly present: readonly string[];
  /** Objects that it does not show, as many. */
  readonly absent: readonly string[];
}

/**
 * Of each picture `each` objects that it shows and as many that it does not, given all that pictures
 * show.
 *
 * What is absent is chosen at `random`; as the most frequent things of the split (`popular`); or, for
 * each thing that is there, as what stands most often beside it (`adversarial`). Frequencies are
 * those of the split's own pictures, as in POPE.
 *
 * @param objects all there are
 * @throws RangeError naming the first picture that shows too few different objects, or too many
 *
 * @example
 * ```ts
 * import { popeObjects } from "./pope.ts";
 *
 * const shown = [["cat", "dog"], ["dog", "car"], ["cat", "dog"]].map((names) => new Set(names));
 * const options = { split: "popular", seed: 0, each: 1 } as const;
 * const [, second] = popeObjects(shown, ["cat", "dog", "car", "key"], options);
 * if (second.absent[0] !== "cat") throw new Error("Expected what other pictures often show");
 * ```
 */
export function popeObjects(
  shown: readonly ReadonlySet<string>[],
  objects: readonly string[],
  { split, seed, each = 3 }: { split: PopeSplit; seed: number; each?: number },
): PopeObjects[] {
  checkNumber("each", each, COUNT);
  const choose = ABSENT[split](shown);
  return shown.map((those, i) => {
    const random = new Random(seed, "pope", split, i);
    const missing = objects.filter((object) => !those.has(object));
    if (those.size < each || missing.length < each) {
      throw new RangeError(
        `Expected ${each} objects in picture ${i} and ${each} that are not, but found ` +
          `${those.size} and ${missing.length}`,
      );
    }
    const present = random.sample([...those], each);
    return { present, absent: choose(present, random.shuffle(missing)) };
  });
}

/** A question about a picture, and whether yes is right. */
export interface YesNoQuestion {
  /** What is asked about. */
  readonly picture: Picture;
  /** In words that the model was taught. */
  readonly question: string;
  /** What is right. */
  readonly answer: YesNo;
}

/** Asks a model, and scores what it answers in its own words. */
export async function evaluateYesNo(
  model: Answers,
  questions: readonly YesNoQuestion[],
): Promise<PopeScores> {
  const answers = await model.askAll(questions);
  return popeScores(
    answers.map((answer, i) => ({ expected: questions[i].answer, found: parseYesNo(answer) })),
  );
}

/**
 * The answer in a model's own words: in the first sentence, "no" or "not" means no, whatever letters
 * it is written in and whatever sign follows; anything else means yes. POPE's own script is stricter
 * and takes "NO" and "No!" for yes: `popeYesNo` reads as it does.
 *
 * @example
 * ```ts
 * import { parseYesNo } from "./pope.ts";
 *
 * if (parseYesNo("There is not. Yes?") !== "no") throw new Error("Expected no");
 * ```
 */
export function parseYesNo(answer: string): YesNo {
  const words = answer.split(".")[0].toLowerCase().split(/[^a-z]+/);
  return words.includes("no") || words.includes("not") ? "no" : "yes";
}

/** POPE's measures; "yes" is the positive class. */
export interface PopeScores {
  /** The share of answers that are right. */
  readonly accuracy: number;
  /** The harmonic mean of precision and recall. */
  readonly f1: number;
  /** Of the answers that are yes, the share that is right. */
  readonly precision: number;
  /** Of the questions whose answer is yes, the share that was answered so. */
  readonly recall: number;
  /** The share of questions that were answered with yes. */
  readonly yesRatio: number;
}

/**
 * Scores answers against the truth. Precision, recall and F1 are 0 where they would divide by 0.
 *
 * @throws {RangeError} when there are none.
 *
 * @example
 * ```ts
 * import { popeScores } from "./pope.ts";
 *
 * const { accuracy, recall, yesRatio } = popeScores([
 *   { expected: "yes", found: "yes" },
 *   { expected: "no", found: "yes" },
 * ]);
 * if (accuracy !== 0.5 || recall !== 1 || yesRatio !== 1) throw new Error("Expected a yes-sayer");
 * ```
 */
export function popeScores(
  pairs: Iterable<{ readonly expected: YesNo; readonly found: YesNo }>,
): PopeScores {
  const all = [...pairs];
  if (all.length === 0) throw new RangeError("Expected answers to score, but found none");
  const count = (expected: YesNo, found: YesNo) =>
    all.filter((pair) => pair.expected === expected && pair.found === found).length;
  const hits = count("yes", "yes"), misses = count("yes", "no");
  const falseAlarms = count("no", "yes"), rejections = count("no", "no");
  return {
    accuracy: (hits + rejections) / all.length,
    f1: ratio(2 * hits, 2 * hits + falseAlarms + misses),
    precision: ratio(hits, hits + falseAlarms),
    recall: ratio(hits, hits + misses),
    yesRatio: (hits + falseAlarms) / all.length,
  };
}

/**
 * The mean accuracy of the splits that were asked, from 0 to 1; NaN where none was.
 *
 * @example
 * ```ts
 * import { meanAccuracy } from "./pope.ts";
 *
 * const mean = meanAccuracy({ random: { accuracy: 1 }, adversarial: { accuracy: 0.5 } });
 * if (mean !== 0.75) throw new Error(`${mean}`);
 * ```
 */
export function meanAccuracy(
  splits: Readonly<Record<string, { readonly accuracy: number }>>,
): number {
  const all = Object.values(splits);
  return all.reduce((sum, { accuracy }) => sum + accuracy, 0) / all.length;
}

function ratio(count: number, all: number): number {
  return all === 0 ? 0 : count / all;
}

/** Chooses what to ask for, given what is there, and what is not, in random order. */
type Choose = (present: readonly string[], absent: readonly string[]) => string[];

/** The three ways, given the objects of every picture of the split. */
const ABSENT: Readonly<Record<PopeSplit, (shown: readonly ReadonlySet<string>[]) => Choose>> = {
  random: () => ({ length }, absent) => absent.slice(0, length),
  popular: (shown) => ({ length }, absent) =>
    most(absent, (object) => shown.filter((those) => those.has(object)).length).slice(0, length),
  adversarial: (shown) => (present, absent) =>
    present.reduce((chosen: string[], beside) => {
      const others = absent.filter((object) => !chosen.includes(object));
      const together = (object: string) =>
        shown.filter((those) => those.has(object) && those.has(beside)).length;
      return [...chosen, most(others, together)[0]];
    }, []),
};

/** The items in falling order of their number; a tie stays in the order given. */
function most(items: readonly string[], number: (item: string) => number): string[] {
  const numbers = new Map(items.map((item) => [item, number(item)]));
  return [...items].sort((a, b) => (numbers.get(b) ?? 0) - (numbers.get(a) ?? 0));
}
