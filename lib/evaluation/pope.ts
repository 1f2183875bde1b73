/** POPE (arXiv 2305.10355): does a model see objects that are not there? */
import { presenceQuestion } from "../worlds/emoji/questions.ts";
import { randomScene } from "../worlds/emoji/random_scenes.ts";
import type { Scene } from "../worlds/emoji/scene.ts";
import type { World } from "../worlds/emoji/world.ts";
import { checkNumber, COUNT } from "../runtime/numbers.ts";
import { Random } from "../runtime/random.ts";

/** The three ways in which POPE chooses the absent objects that it asks for. */
export const SAMPLINGS = ["random", "popular", "adversarial"] as const;
export type Sampling = typeof SAMPLINGS[number];

export type YesNo = "yes" | "no";

/** One picture and the questions about it. */
export interface PopeItem {
  readonly scene: Scene;
  readonly questions: readonly {
    readonly concept: string;
    readonly question: string;
    readonly answer: YesNo;
  }[];
}

/** Questions of each answer that a picture gets. */
const EACH = 3;

/**
 * `pictures` random scenes of at least three different things, each with three questions whose
 * answer is yes and three whose answer is no. One seed gives the same scenes for all samplings.
 *
 * What is absent is chosen at `random`; as the most frequent things of the split (`popular`); or, for
 * each thing that is there, as what stands most often beside it (`adversarial`). Frequencies are
 * those of the split's own scenes, as in POPE. As scenes are sampled evenly, frequent things are so
 * by chance only: `popular` then asks for a few things again and again, and shows whether a model
 * leans to yes for some of them; it does not test a prejudice learnt from lopsided data.
 *
 * @example
 * ```ts
 * import { worldOf } from "../worlds/emoji/world.ts";
 * import { popeQuestions } from "./pope.ts";
 *
 * const world = worldOf("nano");
 * const items = popeQuestions({ world }, { pictures: 5, seed: 0, sampling: "adversarial" });
 * const answers = items.flatMap(({ questions }) => questions.map(({ answer }) => answer));
 * if (answers.filter((answer) => answer === "yes").length !== 15) throw new Error("Expected half");
 * ```
 */
export function popeQuestions(
  { world }: { readonly world: World },
  { pictures, seed, sampling }: { pictures: number; seed: number; sampling: Sampling },
): PopeItem[] {
  checkNumber("pictures", pictures, COUNT);
  const scenes = Array.from(
    { length: pictures },
    (_, i) => sceneOfThree(world, new Random(seed, "pope", i)),
  );
  const concepts = scenes.map(conceptsOf);
  const negatives = NEGATIVES[sampling](concepts);
  return scenes.map((scene, i) => {
    const random = new Random(seed, "pope", sampling, i);
    const present = random.sample([...concepts[i]], EACH);
    const absent = random.shuffle(world.concepts.filter((concept) => !concepts[i].has(concept)));
    const ask = (concept: string, answer: YesNo) => ({
      concept,
      question: presenceQuestion(concept),
      answer,
    });
    return {
      scene,
      questions: [
        ...present.map((concept) => ask(concept, "yes")),
        ...negatives(present, absent).map((concept) => ask(concept, "no")),
      ],
    };
  });
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
  readonly accuracy: number;
  readonly f1: number;
  readonly precision: number;
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

/** The mean accuracy of the splits that were asked, from 0 to 1; NaN where none was. */
export function meanAccuracy(splits: Readonly<Record<string, { readonly accuracy: number }>>) {
  const all = Object.values(splits);
  return all.reduce((sum, { accuracy }) => sum + accuracy, 0) / all.length;
}

function ratio(part: number, whole: number): number {
  return whole === 0 ? 0 : part / whole;
}

function sceneOfThree(world: World, random: Random): Scene {
  while (true) {
    const scene = randomScene(world, random, { objects: random.uniform() < 0.5 ? 3 : 4 });
    if (conceptsOf(scene).size >= EACH) return scene;
  }
}

function conceptsOf({ objects }: Scene): ReadonlySet<string> {
  return new Set(objects.map(({ concept }) => concept));
}

/** Chooses what to ask for, given what is there, and what is not, in random order. */
type Negatives = (present: readonly string[], absent: readonly string[]) => string[];

/** The three ways, given the concepts of every scene of the split. */
const NEGATIVES: Readonly<Record<Sampling, (scenes: readonly ReadonlySet<string>[]) => Negatives>> =
  {
    random: () => (_, absent) => absent.slice(0, EACH),
    popular: (scenes) => (_, absent) =>
      most(absent, (concept) => scenes.filter((scene) => scene.has(concept)).length)
        .slice(0, EACH),
    adversarial: (scenes) => (present, absent) =>
      present.reduce((chosen: string[], beside) => {
        const others = absent.filter((concept) => !chosen.includes(concept));
        const together = (concept: string) =>
          scenes.filter((scene) => scene.has(concept) && scene.has(beside)).length;
        return [...chosen, most(others, together)[0]];
      }, []),
  };

/** The items in falling order of their number; a tie stays in the order given. */
function most(items: readonly string[], number: (item: string) => number): string[] {
  const numbers = new Map(items.map((item) => [item, number(item)]));
  return [...items].sort((a, b) => (numbers.get(b) ?? 0) - (numbers.get(a) ?? 0));
}
