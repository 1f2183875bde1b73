/** From the words of a question to the one that was taught, and to what may be answered. */
import { type Expected, expectText, refusal, refuseUntaught } from "./refusal.ts";
import {
  colorQuestion,
  countQuestion,
  presenceQuestion,
  SIDES_ANSWERED,
  standingQuestion,
  whatQuestion,
  whereQuestion,
} from "./questions.ts";
import { conceptOf } from "./read_caption.ts";
import { COLORS, type Relation, RELATIONS } from "./scene.ts";
import { inTaughtWords } from "./spelling.ts";
import { NUMBERS } from "./words.ts";
import type { World } from "./world.ts";

const QUESTION: Expected = {
  what: "a question",
  examples: [
    "is there a cat in the picture?",
    "how many cats are there?",
    "what color is the cat?",
    "is the cat above the dog?",
    "where is the cat from the dog?",
    "what is above the dog?",
    "what is this?",
  ],
  words: ("is are there a an the any in picture how many count what which color where from of to " +
    "left right above below this that it do does have you see show describe one two three four")
    .split(" "),
};

/** A question as it was taught, and the answers that it may have. */
export type SceneQuestion =
  | { readonly kind: "question"; readonly question: string; readonly answers: readonly string[] }
  /** What the picture shows is asked: a description answers it. */
  | { readonly kind: "description" };

const THING = "(?:an? |the |any |one |this |that )?(\\S+)";
const HERE = "(?: (?:there|here|anywhere|visible|(?:in|on|inside) (?:the|this|that) picture))*";
const RELATION = `(${RELATIONS.join("|")})`;
const YES_NO = ["yes", "no"];

/** What is asked, by how it is asked; the parts in brackets are things and relations. */
const FORMS: readonly {
  readonly asked: RegExp;
  readonly question: (...parts: string[]) => string;
  readonly answers: (world: World) => readonly string[];
}[] = ([
  {
    asked: [
      `(?:is|are) there ${THING}${HERE}`,
      `(?:do|can|could) (?:you|we|i) (?:see|find|spot) ${THING}${HERE}`,
      `(?:does|do) (?:the|this|that) picture (?:have|contain|show|include) ${THING}${HERE}`,
      `(?:is|are) ${THING} (?:there|here|(?:in|on) (?:the|this|that) picture)`,
      `is (?:this|it|that) (?:a picture of )?(?:an?|the) (\\S+)`,
    ],
    question: presenceQuestion,
    answers: () => YES_NO,
  },
  {
    asked: [
      `how many (\\S+)(?: (?:are|is))?(?: (?:do|can) (?:you|we|i) see)?${HERE}`,
      `(?:count|what is the number of) (?:the |all )?(\\S+)${HERE}`,
    ],
    question: countQuestion,
    answers: () => NUMBERS,
  },
  {
    asked: [
      `(?:of |in )?(?:what|which) color (?:is|are|has|have|does|do) ${THING}(?: have)?${HERE}`,
      `what is the color of ${THING}${HERE}`,
    ],
    question: colorQuestion,
    answers: () => COLORS,
  },
  {
    asked: [`(?:is|are) (?:an? |the )?(\\S+) ${RELATION} ${THING}`],
    question: (a: string, relation: string, b: string) =>
      standingQuestion(a, relation as Relation, b),
    answers: () => YES_NO,
  },
  {
    asked: [
      `where (?:is|are) ${THING} (?:from|relative to|compared (?:to|with)|in relation to|` +
      `with respect to|seen from) ${THING}`,
    ],
    question: whereQuestion,
    answers: () => SIDES_ANSWERED,
  },
  {
    asked: [`(?:what|which thing) (?:is|are|stands|sits)(?: there)? ${RELATION} ${THING}`],
    question: (relation: string, b: string) => whatQuestion(relation as Relation, b),
    answers: ({ concepts }: World) => concepts.map((concept) => `the ${concept}`),
  },
] as const).map((form) => ({ ...form, asked: new RegExp(`^(?:${form.asked.join("|")})$`) }));

const DESCRIPTION = new RegExp(
  `^(?:what (?:is|do you see|can you see|does (?:the|this) picture show)(?: shown| to be seen)?` +
    `(?: (?:this|that|it|there|here|(?:in|on) (?:the|this|that) picture))*|` +
    `(?:please )?describe(?: (?:it|this|that|(?:the|this|that) picture))?)$`,
);

/**
 * Reads a question: whether something is there, how many, in which colour, where it stands, what stands
 * there, or what the picture shows.
 *
 * @throws {CaptionError} for a text that is empty or longer than `LONGEST_CAPTION`, and for questions
 * that nobody taught
 *
 * @example
 * ```ts
 * import { readQuestion } from "./read_question.ts";
 * import { worldOf } from "./world.ts";
 *
 * const asked = readQuestion("What colour's the kitty?", worldOf("nano"));
 * if (asked.kind !== "question" || asked.question !== "what color is the cat") throw new Error();
 * if (!asked.answers.includes("red") || asked.answers.includes("yes")) throw new Error();
 * ```
 */
export function readQuestion(text: string, world: World): SceneQuestion {
  expectText(text);
  const said = inTaughtWords(text);
  if (DESCRIPTION.test(said)) return { kind: "description" };
  for (const { asked, question, answers } of FORMS) {
    const found = asked.exec(said)?.slice(1).filter((part) => part !== undefined);
    if (found === undefined) continue;
    const parts = found.map((part) =>
      RELATIONS.includes(part as Relation) ? part : conceptOf(part, world)
    );
    if (parts.some((part) => part === undefined)) break;
    return { kind: "question", question: question(...parts as string[]), answers: answers(world) };
  }
  refuseUntaught(said.replace(/^how many /, ""));
  throw refusal(said, QUESTION, world);
}
