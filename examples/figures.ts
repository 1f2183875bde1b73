/**
 * `deno task figures`: redraws the figures of the documentation, from the results in `docs/results/`
 * and, for those that show pictures, from the tokenizers that `deno task train-tokenizers` left.
 */
import { z } from "../lib/packages/zod.ts";
import {
  CheckpointError,
  type EmojiScenes,
  emojiScenes,
  type Picture,
  PictureTokenizer,
  plot,
  Random,
} from "../mod.ts";
import { comparisonFigure } from "./comparison_figure.ts";
import { dreamFigures } from "./dreamllm_figures.ts";
import { DreamReport } from "./dreamllm_results.ts";
import { dreamTables } from "./dreamllm_tables.ts";
import { modelFigures, resultFigures } from "./enhancement_figures.ts";
import { EnhancementReport, JudgeResult } from "./enhancement_results.ts";
import { enhancementTables } from "./enhancement_tables.ts";
import { typed } from "./help.ts";
import { studyFigures, unfoldingFigure } from "./metamorph_figures.ts";
import { StudyReport } from "./metamorph_results.ts";
import { studyTables } from "./metamorph_tables.ts";
import { openChosenDevice } from "./opening.ts";
import { DEVICE, main, readCommandLine } from "./options.ts";
import { readResults } from "./results.ts";

const Comparison = z.object({
  runs: z.array(z.object({
    kind: z.string(),
    seed: z.number(),
    looks: z.array(z.object({ samples: z.number(), drawing: z.number(), answers: z.number() })),
  })),
});

const Measured = z.object({
  seeds: z.array(z.object({
    judge: z.object({ true: JudgeResult, reconstructed: JudgeResult }),
  })),
});

/** Pictures whose codes are counted, and that are shown. */
const COUNTED = 512, SHOWN = 6;

await main(async () => {
  const options = readCommandLine({
    task: "figures",
    options: {
      results: { value: "FOLDER", default: "docs/results", meaning: "results of the experiments" },
      tokenizers: {
        value: "FOLDER",
        default: "out/tokenizers",
        meaning: "what train-tokenizers left",
      },
      models: {
        value: "FOLDER",
        default: "out/self_enhancement",
        meaning: "what self-enhancement left",
      },
      metamorph: {
        value: "FOLDER",
        default: "out/metamorph_study",
        meaning: "what metamorph left",
      },
      to: { value: "FOLDER", default: "docs", meaning: "where the figures go" },
      device: DEVICE,
    },
    examples: ["", "--to /tmp"],
  });
  const to = options.text("to");
  await Deno.mkdir(to, { recursive: true });
  const save: Save = async (name, figure) => {
    await figure.save(`${to}/${name}.png`);
    console.log(`${to}/${name}.png`);
  };
  const saveAll = async (figures: Readonly<Record<string, plot.Figure>>) => {
    for (const [name, figure] of Object.entries(figures)) await save(name, figure);
  };
  const results = async <T>(name: string, schema: z.ZodType<T>, task: string) => {
    const path = `${options.text("results")}/${name}.json`;
    const found = await readResults(path, schema);
    if (found !== undefined) return found;
    console.error(
      `figures of ${name} are left as they are: no file ${path}; \`${typed(task)}\` makes it`,
    );
  };
  const compared = await results("compare_tokenizers", Comparison, "compare-tokenizers");
  if (compared) await save("tokenizers", comparisonFigure(compared.runs));
  const enhanced = await results("self_enhancement", EnhancementReport, "self-enhancement");
  if (enhanced) {
    const path = `${to}/self_enhancement.md`;
    const measured = await results("tokenizer", Measured, "measure-tokenizer");
    const parsed = measured && {
      "true scenes": measured.seeds.map(({ judge }) => judge.true),
      "reconstructed": measured.seeds.map(({ judge }) => judge.reconstructed),
    };
    await Deno.writeTextFile(path, enhancementTables(enhanced.runs, enhanced.arms, parsed));
    console.log(path);
    await saveAll(resultFigures(enhanced.runs));
  }
  const dreamt = await results("dreamllm", DreamReport, "dreamllm");
  if (dreamt) {
    await Deno.writeTextFile(`${to}/dreamllm.md`, dreamTables(dreamt));
    console.log(`${to}/dreamllm.md`);
    await saveAll(dreamFigures(dreamt.runs));
  }
  const studied = await results("metamorph", StudyReport, "metamorph");
  if (studied) {
    await Deno.writeTextFile(`${to}/metamorph.md`, studyTables(studied));
    console.log(`${to}/metamorph.md`);
    await saveAll(studyFigures(studied.runs));
  }

  using device = await openChosenDevice(options);
  const ifThere = <T>(name: string, task: string, found: Promise<T>) =>
    found.catch((error) => {
      if (!(error instanceof CheckpointError)) throw error;
      console.error(
        `figures of ${name} are left as they are: ${error.message}; \`${typed(task)}\` makes it`,
      );
      return undefined;
    });
  const opened = (name: string) =>
    ifThere(
      name,
      "train-tokenizers",
      PictureTokenizer.load(`${options.text("tokenizers")}/0/${name}`, device),
    );
  const scenes = await emojiScenes({ preset: "nano" });
  using nano = await opened("nano");
  if (nano) await tokenFigures(nano, scenes, save);
  using enlarged = await opened("enlarged");
  if (enlarged) await save("enlarged", await enlargedFigure(enlarged, scenes));
  const models = modelFigures(`${options.text("models")}/0`, scenes, device);
  await saveAll(await ifThere("self-enhancement", "self-enhancement", models) ?? {});
  const unfolding = unfoldingFigure(`${options.text("metamorph")}/0`, scenes, device);
  await saveAll(await ifThere("metamorph", "metamorph", unfolding) ?? {});
});

type Save = (name: string, figure: plot.Figure) => Promise<void>;

/** What becomes of pictures, which codes are where on them, and what codes stand for. */
async function tokenFigures(
  tokenizer: PictureTokenizer,
  scenes: EmojiScenes,
  save: Save,
): Promise<void> {
  const random = new Random(0, "figures");
  const pictures = Array.from({ length: COUNTED }, () => scenes.reading(random).picture);
  const encoded = await tokenizer.encode(pictures);
  const shown = pictures.slice(0, SHOWN);
  const ids = encoded.slice(0, SHOWN).map(({ ids }) => ids);
  const { grid } = tokenizer.config;
  const features = plot.featurePictures(await tokenizer.decodeFeatures(ids), { grid });
  const drawn = await tokenizer.decode(ids, { steps: 8 });
  await save(
    "reconstructions",
    plot.reconstructions(
      shown.map((picture, i) => ({
        picture,
        tokens: [...ids[i]],
        features: features[i],
        reconstruction: drawn[i],
      })),
      { title: "Pictures, their tokens, the features decoded from these, and pictures from those" },
    ),
  );
  await save(
    "token_map",
    plot.tokenMap(shown.slice(0, 4).map((picture, i) => ({ picture, tokens: [...ids[i]] })), {
      title: "Equal things have equal codes",
    }),
  );
  const counts = new Array<number>(tokenizer.quantizer.codes).fill(0);
  const patches = new Map<number, Picture[]>();
  encoded.forEach(({ ids }, picture) =>
    ids.forEach((code, place) => {
      counts[code]++;
      const those = patches.get(code) ?? [];
      patches.set(code, those);
      if (those.length < 8) those.push(patchOf(pictures[picture], place, grid));
    })
  );
  const examples = [...patches].map(([code, patches]) => ({ code, patches }))
    .sort((a, b) => counts[b.code] - counts[a.code]);
  await save("codebook", plot.codebook(counts, examples, { title: "The codebook of nano" }));
}

/** Pictures of a larger size than those that were read, from as many tokens. */
async function enlargedFigure(
  tokenizer: PictureTokenizer,
  scenes: EmojiScenes,
): Promise<plot.Figure> {
  const large = await scenes.enlarged(tokenizer.config.enlarge ?? 1);
  const random = new Random(0, "figures");
  const shown = Array.from({ length: 4 }, () => large.draw(scenes.reading(random).scene));
  const ids = (await tokenizer.encode(shown)).map(({ ids }) => ids);
  const drawn = await tokenizer.decode(ids, { steps: 8 });
  return plot.reconstructions(
    shown.map((picture, i) => ({ picture, tokens: [...ids[i]], reconstruction: drawn[i] })),
    { title: `${shown[0].width} × ${shown[0].width} pixels, 4 × 4 tokens, pixels again` },
  );
}

/** The pixels that a token stands for. */
function patchOf({ width, data }: Picture, place: number, grid: number): Picture {
  const side = width / grid;
  const [left, top] = [(place % grid) * side, Math.floor(place / grid) * side];
  const patch = new Uint8Array(side * side * 3);
  for (let row = 0; row < side; row++) {
    const from = 3 * ((top + row) * width + left);
    patch.set(data.subarray(from, from + 3 * side), 3 * row * side);
  }
  return { width: side, height: side, data: patch };
}
