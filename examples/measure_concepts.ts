/**
 * `deno task measure-concepts`: trains the concept encoder with several seeds and measures whether
 * it recognizes emoji that it never saw in another style.
 */
import { cpus } from "node:os";
import {
  ConceptEncoder,
  EmojiSet,
  type EmojiStyle,
  openDevice,
  type Picture,
  plainView,
  plot,
  Progress,
  retrieve,
  StateStore,
  writeFileAtomic,
} from "../mod.ts";
import { stopOnInterrupt } from "./interrupt.ts";
import { main, readCommandLine } from "./options.ts";

/** From which style to which. The encoder never learns from Twemoji. */
const PAIRS: readonly (readonly [EmojiStyle, EmojiStyle])[] = [
  ["noto", "fluent-3d"],
  ["twemoji", "fluent-3d"],
  ["noto", "twemoji"],
];

await main(async () => {
  const options = readCommandLine({
    command: "deno task measure-concepts",
    words: 0,
    values: {
      seeds: "3",
      steps: "400",
      batch: "96",
      device: "cpu",
      json: undefined,
      figure: undefined,
    },
  });
  const seeds = options.number("seeds", { min: 1, max: 100, whole: true });
  const steps = options.number("steps", { min: 1, max: 1e6, whole: true });
  const batchSize = options.number("batch", { min: 2, max: 1024, whole: true });
  const signal = stopOnInterrupt(["deno task measure-concepts", ...Deno.args].join(" "));
  using device = await openDevice(options.text("device"));
  const set = await EmojiSet.open({ size: 64 });
  const heldOut = set.emoji.flatMap(({ heldOut }, i) => heldOut ? [i] : []);
  const views = (style: EmojiStyle) => heldOut.map((i) => plainView(set.get(style, i)));

  const raw = retrieve(views("noto").map(coarse), views("fluent-3d").map(coarse));
  const found: Record<string, { recallAt1: number; recallAt5: number }>[] = [];
  const seconds: number[] = [];
  for (let seed = 0; seed < seeds; seed++) {
    const start = performance.now();
    using store = new StateStore(device);
    using encoder = new ConceptEncoder(device, store, undefined, seed);
    const stage = encoder.stage(set, { steps, batchSize, peakRate: 2e-3 });
    {
      using progress = new Progress();
      progress.stage(`seed ${seed}`, steps);
      for await (const event of stage.run({ signal })) progress.step(event);
    }
    const embedded = new Map<EmojiStyle, Float32Array[]>();
    for (const style of new Set(PAIRS.flat())) {
      embedded.set(style, await encoder.embed(views(style)));
    }
    const scores: Record<string, { recallAt1: number; recallAt5: number }> = {};
    for (const [from, to] of PAIRS) {
      const result = retrieve(embedded.get(from)!, embedded.get(to)!);
      scores[`${from} to ${to}`] = { recallAt1: result.recallAt1, recallAt5: result.recallAt5 };
      if (seed === 0 && from === "noto" && to === "fluent-3d") {
        const path = options.given("figure");
        if (path !== undefined) await figure(set, heldOut, result.nearest).save(path);
      }
    }
    found.push(scores);
    seconds.push((performance.now() - start) / 1000);
    console.log(JSON.stringify({ seed, ...scores }));
  }
  const report = {
    command: ["deno task measure-concepts", ...Deno.args].join(" "),
    date: new Date().toISOString(),
    machine: `${cpus()[0].model.trim()}, ${navigator.hardwareConcurrency} threads`,
    emoji: set.emoji.length,
    heldOut: heldOut.length,
    steps,
    batchSize,
    seconds,
    rawPixels: { recallAt1: raw.recallAt1, recallAt5: raw.recallAt5 },
    seeds: found,
  };
  const text = JSON.stringify(report, null, 2);
  const path = options.given("json");
  if (path === undefined) console.log(text);
  else await writeFileAtomic(path, new TextEncoder().encode(text));
});

/** 32 × 32 pixels of a picture of 64 × 64, as numbers: what an encoder must beat. */
function coarse({ width, data }: Picture): Float32Array {
  const half = width / 2;
  return Float32Array.from({ length: half * half * 3 }, (_, i) => {
    const [row, column, channel] = [Math.floor(i / 3 / half), Math.floor(i / 3) % half, i % 3];
    const at = (dy: number, dx: number) =>
      data[3 * ((2 * row + dy) * width + 2 * column + dx) + channel];
    return (at(0, 0) + at(0, 1) + at(1, 0) + at(1, 1)) / 4;
  });
}

/** Some queries, each with the five nearest; the right one is marked. */
function figure(
  set: EmojiSet,
  heldOut: readonly number[],
  nearest: readonly (readonly number[])[],
) {
  const queries = Array.from({ length: 8 }, (_, i) => Math.floor(i * heldOut.length / 8));
  return plot.retrieval(queries.map((query) => ({
    query: plainView(set.get("noto", heldOut[query])),
    title: set.emoji[heldOut[query]].name,
    nearest: nearest[query].map((row) => ({
      picture: plainView(set.get("fluent-3d", heldOut[row])),
      title: set.emoji[heldOut[row]].name,
      isRight: row === query,
    })),
  })));
}
