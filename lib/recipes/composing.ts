/** Telling something in words and pictures (DreamLLM, arXiv 2309.11499), as a whole or as it comes. */
import type { Segment } from "../data/document.ts";
import { checkNumber, COUNT, expectList, Random } from "../runtime/mod.ts";
import { checkSampling, type Interleaved } from "../unified/mod.ts";
import type { Drawn } from "./drawn.ts";
import type { Hands, SamplingOptions } from "./hands.ts";
import { ask } from "./wording.ts";

/** How a composition is sampled. */
export interface ComposeOptions extends Omit<SamplingOptions, "guidance"> {
  /** How many pictures, at most. Default 6. */
  readonly pictures?: number;
}

/** Some words, or a picture, in the order in which they come. */
export type Composed<D> =
  | { readonly kind: "text"; readonly text: string }
  | ({ readonly kind: "picture" } & D);

/** Tells each whole, and each part of it as it comes. */
export async function composeAll<D extends Drawn>(
  { inference, language, paint }: Hands<D>,
  abouts: readonly string[],
  { pictures = 6, seed = 0, temperature = 0.5, topK = 64 }: ComposeOptions,
  tell?: (part: Composed<D>) => void,
): Promise<Composed<D>[][]> {
  expectList(abouts, "subjects");
  const asked = abouts.map((about) => ask.compose(language.subject(about)));
  checkSampling({ seed, temperature, topK });
  checkNumber("pictures", pictures, COUNT);
  const painted = abouts.map(() => 0);
  const told = await inference.compose(asked, {
    seed,
    temperature,
    topK,
    pictures,
    paint: async (content, index) => {
      const random = new Random(seed, "composed", index, painted[index]++);
      const [drawn] = await paint([content], { seed: random.integer(2 ** 31), temperature });
      return drawn;
    },
    tell: tell && ((part) => tell(composed(part))),
  });
  return told.map((parts) => parts.map(composed));
}

/** What is told, up to the words before a picture. */
export interface BegunStory {
  /** What was asked for, such as "a story about a cat". */
  readonly about: string;
  /** Words and pictures so far; words are last. */
  readonly begun: readonly Segment[];
}

/** Draws the picture that comes next in each. */
export async function illustrateAll<D extends Drawn>(
  { inference, language, sample, paint }: Hands<D>,
  stories: readonly BegunStory[],
  options: SamplingOptions,
): Promise<D[]> {
  expectList(stories, "{ about, begun }");
  const asked = stories.map(({ about }) => ask.compose(language.subject(about)));
  checkSampling(options);
  const prompts = {
    asked,
    begun: stories.map(({ begun }) => begun),
    unconditional: asked.map(ask.drawAnything),
  };
  return await paint(await sample(inference, prompts, options), options);
}

/** Tells one as it comes. Who stops listening stops the telling. */
export function composedStream<D extends Drawn>(
  hands: Hands<D>,
  about: string,
  options: ComposeOptions,
): ReadableStream<Composed<D>> {
  return new ReadableStream({
    start(controller) {
      // What is told after the end of listening throws here.
      const tell = (part: Composed<D>) => controller.enqueue(part);
      composeAll(hands, [about], options, tell).then(
        () => controller.close(),
        (error) => controller.error(error),
      );
    },
  });
}

function composed<D extends Drawn>(part: Interleaved<D>): Composed<D> {
  return part.kind === "text" ? part : { kind: "picture", ...part.painted! };
}
