/**
 * Visual thinking (MetaMorph, arXiv 2412.14164): a picture, an instruction that changes it,
 * and a question about what comes of it, best answered after drawing that.
 */
import type { Random } from "../../runtime/random.ts";
import { type Edit, randomEdit } from "./edits.ts";
import { answerTo, kindOf, queriesAbout, wordsOf } from "./queries.ts";
import type { Question } from "./questions.ts";
import type { Scene } from "./scene.ts";
import type { World } from "./world.ts";

/** A question about the scene after an instruction. */
export interface Thought {
  /** What the question is about. */
  readonly kind: Exclude<Question["kind"], "presence">;
  /** In taught words, such as "remove the cat". */
  readonly instruction: string;
  /** In taught words. */
  readonly question: string;
  /** Word for word. */
  readonly answer: string;
  /** Whether the question had another answer before the instruction, or none. */
  readonly changed: boolean;
  /** The scene after it. */
  readonly result: Scene;
}

/** Places are asked for most: instructions do not say how things stand afterwards. */
const KINDS = ["position", "position", "position", "counting", "color"] as const;

/**
 * The share of each kind whose answer is another than before. "Remove the cats" and "make the cat blue"
 * say themselves what changes, so that those of the other things are asked for more often.
 */
const CHANGED: Readonly<Record<Thought["kind"], number>> = {
  position: 15 / 16,
  counting: 2 / 3,
  color: 2 / 3,
};

/** After these what was there before is asked for. */
const ASKED = ["remove", "recolor", "move"] as const;

/** Instructions that are tried. */
const EDITS = 8;

/**
 * A random thought about a scene; undefined where none of the kind that was drawn was found, as in about
 * three of ten scenes of several things. In four fifths of the thoughts the answer is another than before
 * the instruction; more than half are about places.
 *
 * @throws RangeError for a scene without objects
 *
 * @example
 * ```ts
 * import { Random } from "../../runtime/random.ts";
 * import { randomThought } from "./thinking.ts";
 * import { worldOf } from "./world.ts";
 *
 * const objects = [
 *   { concept: "cat", x: 8, y: 8, size: 14, color: "red" },
 *   { concept: "key", x: 40, y: 24, size: 14 },
 * ] as const;
 * const scene = { background: "sky", style: "fluent-flat", objects };
 * const thought = randomThought(scene, worldOf("nano"), new Random(0));
 * if (thought?.answer === "") throw new Error("Expected an answer");
 * ```
 */
export function randomThought(scene: Scene, world: World, random: Random): Thought | undefined {
  const edits = Array.from({ length: EDITS }, () => randomEdit(scene, world, random, ASKED));
  const thoughts = edits.flatMap((edit) => thoughtsAbout(scene, edit));
  const kind = random.pick(KINDS);
  const changed = random.uniform() < CHANGED[kind];
  const fitting = thoughts.filter((thought) =>
    thought.kind === kind && thought.changed === changed
  );
  return fitting.length === 0 ? undefined : random.pick(fitting);
}

function thoughtsAbout(scene: Scene, { instruction, result }: Edit): Thought[] {
  // What was removed can be counted, too.
  return queriesAbout(scene).flatMap((query): Thought[] => {
    const answer = answerTo(query, result);
    if (answer === undefined) return [];
    const changed = answer !== answerTo(query, scene);
    const question = wordsOf(query);
    return [{ kind: kindOf(query), instruction, question, answer, changed, result }];
  });
}
