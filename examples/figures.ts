/**
 * `deno task figures`: redraws the figures of the documentation, from the results in `docs/results/`
 * and, for those that show pictures, from the tokenizers that `deno task train-tokenizers` left.
 */
import { z } from "zod";
import {
  CheckpointError,
  emojiScenes,
  openDevice,
  type Picture,
  PictureTokenizer,
  plot,
  Random,
} from "../mod.ts";
import { comparisonFigure } from "./comparison_figure.ts";
import { main, readCommandLine } from "./options.ts";

const Comparison = z.object({
  runs: z.array(z.object({
    kind: z.string(),
    seed: z.number(),
    looks: z.array(z.object({ samples: z.number(), drawing: z.number(), answers: z.number() })),
  })),
});

/** Pictures whose codes are counted, and that are shown. */
const COUNTED = 512, SHOWN = 6;

await main(async () => {
  const options = readCommandLine({
    command: "deno task figures",
    words: 0,
    values: { results: "docs/results", from: "out/tokenizers", to: "docs", device: "cpu" },
  });
  const to = options.text("to");
  const save = async (name: string, figure: plot.Figure) => {
    await figure.save(`${to}/${name}.png`);
    console.log(`${to}/${name}.png`);
  };
  const path = `${options.text("results")}/compare_tokenizers.json`;
  const results = await Deno.readTextFile(path).catch(() => undefined);
  if (results === undefined) console.error(`the comparison is left as it is: no file ${path}`);
  else await save("tokenizers", comparisonFigure(Comparison.parse(JSON.parse(results)).runs));

  using device = await openDevice(options.text("device"));
  const folder = `${options.text("from")}/0/nano`;
  const tokenizer = await PictureTokenizer.load(folder, device).catch((error) => {
    if (!(error instanceof CheckpointError)) throw error;
    console.error(`figures of pictures are left as they are: ${error.message}`);
    return undefined;
  });
  if (tokenizer === undefined) return;
  const scenes = await emojiScenes({ preset: "nano" });
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
});

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
