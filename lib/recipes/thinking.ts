/** What comes of an instruction, drawn before it is answered or not (MetaMorph, arXiv 2412.14164). */
import { asImage, type Picture } from "../data/picture.ts";
import { type Bundle, escapeMarkup, shown } from "../notebook/mod.ts";
import { expectList } from "../runtime/mod.ts";
import { CaptionError, type Language } from "../text/language.ts";
import { checkSampling } from "../unified/mod.ts";
import type { Drawn } from "./drawn.ts";
import type { Hands, SamplingOptions } from "./hands.ts";
import { ask } from "./wording.ts";

/** A question about what comes of an instruction. */
export interface AskedThought {
  /** The picture before the instruction. */
  readonly picture: Picture;
  /** What changes it, as `edit` reads it. */
  readonly instruction: string;
  /** What is asked of the picture afterwards. */
  readonly question: string;
}

/** Draws what comes of each, and then answers. Only the drawing is sampled. */
export async function thinkAll<D extends Drawn>(
  { inference, language, sample, paint }: Hands<D>,
  items: readonly AskedThought[],
  options: SamplingOptions,
): Promise<(D & { readonly answer: string })[]> {
  const read = readAll(items, language);
  checkSampling(options);
  const asked = read.map((item) => ask.thought(item.picture, item.instruction, item.question));
  const unconditional = items.map(({ picture }) => ask.reconstruct(picture));
  const drawn = await sample(inference, { asked, unconditional }, options);
  const painted = await paint(drawn, options);
  const answers = await inference.write(
    asked,
    read.map(({ answers }) => answers && [answers]),
    painted.map(({ picture }, i) => ({ picture, content: drawn[i] })),
  );
  return painted.map((one, i) =>
    shown(
      { ...one, answer: answers[i] },
      ({ answer }) => `Thought: "${answer}"`,
      thoughtInCell,
    )
  );
}

/** Answers each at once. */
export async function imagineAll<D extends Drawn>(
  { inference, language }: Hands<D>,
  items: readonly AskedThought[],
): Promise<string[]> {
  const read = readAll(items, language);
  return await inference.write(
    read.map((item) => ask.imagined(item.picture, item.instruction, item.question)),
    read.map(({ answers }) => answers && [answers]),
  );
}

/** Instructions and questions in taught words, and what may be answered. */
function readAll(items: readonly AskedThought[], language: Language) {
  expectList(items, "{ picture, instruction, question }");
  return items.map(({ picture, instruction, question }) => {
    const told = language.instruction(instruction);
    const read = language.question(question);
    if (read.kind === "question") return { picture, instruction: told, ...read };
    throw new CaptionError(
      "Expected a question that is not for a description, since a model describes pictures and not " +
        `what comes of an instruction, but found ${JSON.stringify(question)}`,
    );
  });
}

/** What a cell shows of a thought: the picture, and the answer below. */
async function thoughtInCell(
  { picture, answer }: { readonly picture: Picture; readonly answer: string },
): Promise<Bundle> {
  const bundle = await asImage(picture);
  const image = `<img alt="" src="data:image/png;base64,${bundle["image/png"]}">`;
  return {
    ...bundle,
    "text/html": `<figure>${image}<figcaption>${escapeMarkup(answer)}</figcaption></figure>`,
    "text/plain": `Thought: "${answer}"`,
  };
}
