/**
 * `deno task measure-tokenizer`: what is left of pictures and features after a trip through the
 * tokenizers that `deno task train-tokenizers` left behind, for each seed that is there.
 */
import {
  codeReader,
  type EmojiScenes,
  emojiScenes,
  EmojiSet,
  encodePng,
  evaluateCeilings,
  evaluateDrawingByCodes,
  evaluateJudge,
  evaluatePurity,
  evaluateReconstruction,
  evaluationCaptions,
  FeatureTokenizer,
  parserJudge,
  type Picture,
  PictureTokenizer,
  plot,
  Random,
  readPicture,
  reduced,
  retrieve,
  SceneParser,
  unseenPictures,
} from "../mod.ts";
import { codebookUse, psnr } from "../lib/evaluation/mod.ts";
import { ConceptEncoder, type EmojiStyle, plainView } from "../lib/worlds/emoji/mod.ts";
import { typed } from "./help.ts";
import { openChosenDevice } from "./opening.ts";
import { DEVICE, main, QUICK, readCommandLine, UsageError } from "./options.ts";
import { JSON_FILE, provenance, writeResults } from "./results.ts";

/** From which style to which. The encoder never learns from Twemoji. */
const PAIRS: readonly (readonly [EmojiStyle, EmojiStyle])[] = [
  ["noto", "fluent-3d"],
  ["twemoji", "fluent-3d"],
  ["noto", "twemoji"],
];
const STYLES = [...new Set(PAIRS.flat())];

await main(async () => {
  const options = readCommandLine({
    task: "measure-tokenizer",
    options: {
      from: { value: "FOLDER", default: "out/tokenizers", meaning: "the tokenizers' folder" },
      json: JSON_FILE,
      figures: { value: "FOLDER", meaning: "where figures go; without it, none are drawn" },
      device: DEVICE,
      quick: QUICK,
    },
    examples: ["", "--json measured.json --figures ."],
  });
  const folder = options.text("from");
  const quick = options.flag("quick");
  if (!await exists(`${folder}/0`)) {
    const advice = `run \`${typed("train-tokenizers")}\` first, or give their folder with --from`;
    throw new UsageError(`Expected tokenizers in ${folder}, but found none: ${advice}`);
  }
  const start = performance.now();
  using device = await openChosenDevice(options);
  const set = await EmojiSet.open({
    size: 64,
    styles: STYLES,
    only: "held out",
    ...(quick ? { count: 200 } : {}),
  });
  const all = set.emoji.map((_, i) => i);
  const views = new Map(
    STYLES.map((style) => [style, all.map((i) => plainView(set.get(style, i)))]),
  );
  const scenes = await emojiScenes({ preset: "nano" });
  const parser = SceneParser.create(scenes.world, scenes.sprites);
  const judge = parserJudge(parser);
  const raw = retrieve(views.get("noto")!.map(coarse), views.get("fluent-3d")!.map(coarse));

  const seeds = [];
  for (let seed = 0; await exists(`${folder}/${seed}/sim/model.safetensors`); seed++) {
    const part = (name: string) => `${folder}/${seed}/${name}`;
    using encoder = await ConceptEncoder.load(part("encoder"), device);
    const directly = await retrieval(encoder, views);
    const tokens: Record<string, unknown> = {};
    for (const name of ["vector", "sim"]) {
      using tokenizer = await FeatureTokenizer.load(part(name), device);
      const through = await retrieval(encoder, views, tokenizer);
      const features = await encoder.encode([...views.values()].flat());
      const ids = await tokenizer.quantize(features);
      tokens[name] = {
        codebookUse: codebookUse(ids.flatMap((picture) => [...picture]), tokenizer.quantizer.codes),
        retrieval: through.scores,
        kept: through.scores["noto to fluent-3d"].recallAt1 /
          directly.scores["noto to fluent-3d"].recallAt1,
      };
    }
    using nano = await PictureTokenizer.load(part("nano"), device);
    const pictures = quick ? 32 : 512;
    const perTask = quick ? 2 : 48;
    const captions = evaluationCaptions(scenes.world, { perTask, seed });
    const ceilings = await evaluateCeilings(nano, scenes, parser, captions, { seed });
    const named = { pictures: quick ? 60 : 3000, seed };
    const read = await codeReader(nano, scenes, named);
    const byCodes = evaluateDrawingByCodes(ceilings.drawings, read);
    seeds.push({
      seed,
      retrieval: directly.scores,
      tokens,
      reconstruction: await evaluateReconstruction(
        nano,
        unseenPictures(scenes, { pictures, seed }),
        { seed },
      ),
      parser: { truth: ceilings.truth.overall, reconstructed: ceilings.reconstructed.overall },
      byCodes: {
        reconstructed: byCodes.scores.overall,
        agreement: byCodes.agreement,
        purity: await evaluatePurity(nano, scenes, named),
      },
      judge: {
        true: await evaluateJudge(judge, scenes, { perTask, seed }),
        reconstructed: await evaluateJudge(judge, scenes, {
          perTask,
          seed,
          shown: async (pictures) => {
            const encoded = await nano.encode(pictures);
            return nano.decode(encoded.map(({ ids }) => ids), { seed });
          },
        }),
      },
      enlarged: await enlargement(part("enlarged"), nano, scenes, {
        pictures: quick ? 16 : 256,
        seed,
      }),
      picturesPerSecond: await speed(nano, ceilings.pictures.map(({ picture }) => picture)),
    });
    const path = options.given("figures");
    if (seed === 0 && path !== undefined) {
      await Deno.mkdir(path, { recursive: true });
      await retrievalFigure(set, views, directly.nearest).save(`${path}/retrieval.png`);
    }
  }
  const report = {
    ...await provenance("measure-tokenizer"),
    seconds: (performance.now() - start) / 1000,
    heldOutEmoji: all.length,
    rawPixels: { recallAt1: raw.recallAt1, recallAt5: raw.recallAt5 },
    seeds,
  };
  await writeResults(report, options.given("json"));
});

function exists(path: string): Promise<boolean> {
  return Deno.stat(path).then(() => true, () => false);
}

/** Each pair of styles, with features as they are or as tokens give them back. */
async function retrieval(
  encoder: ConceptEncoder,
  views: ReadonlyMap<EmojiStyle, Picture[]>,
  tokenizer?: FeatureTokenizer,
) {
  const through = tokenizer &&
    (async (features: Float32Array[]) => tokenizer.decode(await tokenizer.quantize(features)));
  const embedded = new Map<EmojiStyle, Float32Array[]>();
  for (const [style, pictures] of views) {
    embedded.set(style, await encoder.embed(pictures, through));
  }
  const results = PAIRS.map(([from, to]) => ({
    name: `${from} to ${to}`,
    ...retrieve(embedded.get(from)!, embedded.get(to)!),
  }));
  return {
    nearest: results[0].nearest,
    scores: Object.fromEntries(
      results.map(({ name, recallAt1, recallAt5 }) => [name, { recallAt1, recallAt5 }]),
    ),
  };
}

/**
 * Pictures of twice the size from tokens, and for comparison those that `nano` draws, scaled up:
 * how near they come to scenes drawn that large.
 */
async function enlargement(
  folder: string,
  nano: PictureTokenizer,
  scenes: EmojiScenes,
  { pictures, seed }: { pictures: number; seed: number },
) {
  using tokenizer = await PictureTokenizer.load(folder, nano.device);
  const random = new Random(seed, "enlargement");
  const large = await scenes.enlarged(tokenizer.config.enlarge ?? 1);
  const truth = Array.from({ length: pictures }, () => large.draw(scenes.reading(random).scene));
  const redrawn = async (by: PictureTokenizer) =>
    await by.decode((await by.encode(truth)).map(({ ids }) => ids), { seed, steps: 8 });
  const drawn = await redrawn(tokenizer);
  const size = truth[0].width;
  const scaledUp = await Promise.all(
    (await redrawn(nano)).map(async (small) => readPicture(await encodePng(small), { size })),
  );
  const likeness = (pictures: readonly Picture[]) =>
    pictures.reduce((sum, picture, i) => sum + psnr(picture, truth[i]), 0) / pictures.length;
  return { pixels: size, psnr: likeness(drawn), psnrScaledUp: likeness(scaledUp) };
}

/** How many pictures a second become tokens, and become tokens and pictures again. */
async function speed(tokenizer: PictureTokenizer, pictures: readonly Picture[]) {
  const some = Array.from({ length: 256 }, (_, i) => pictures[i % pictures.length]);
  const timed = async (run: () => Promise<unknown>) => {
    await run();
    const start = performance.now();
    await run();
    return some.length / ((performance.now() - start) / 1000);
  };
  return {
    tokens: await timed(() => tokenizer.encode(some)),
    tokensAndEightSteps: await timed(async () => {
      const encoded = await tokenizer.encode(some);
      await tokenizer.decode(encoded.map(({ ids }) => ids), { steps: 8 });
    }),
  };
}

/** Some queries, each with the five nearest; the right one is marked. */
function retrievalFigure(
  set: EmojiSet,
  views: ReadonlyMap<EmojiStyle, Picture[]>,
  nearest: readonly (readonly number[])[],
) {
  const queries = Array.from({ length: 6 }, (_, i) => Math.floor(i * set.emoji.length / 6));
  return plot.retrieval(queries.map((query) => ({
    query: views.get("noto")![query],
    title: set.emoji[query].name,
    nearest: nearest[query].map((row) => ({
      picture: views.get("fluent-3d")![row],
      title: set.emoji[row].name,
      isRight: row === query,
    })),
  })));
}

/** 32 × 32 pixels of a picture of 64 × 64, as numbers: what an encoder must beat. */
function coarse(picture: Picture): Float32Array {
  return Float32Array.from(reduced(picture, 2).data);
}
