/**
 * `deno task train-tokenizers`: trains what `deno task measure-tokenizer` measures, with several
 * seeds: the semantic tokenizer of `nano`, the same with pictures of twice the size, an encoder of
 * concepts, and tokens of its features by two quantizers of 1,024 codes. A stopped run goes on where
 * it was.
 */
import {
  emojiScenes,
  EmojiSet,
  endless,
  FeatureTokenizer,
  featureTokenizerConfig,
  PictureTokenizer,
  type QuantizerConfig,
  shortened,
  type Stage,
  StateStore,
  TOKENIZER_BUDGETS,
  TOKENIZER_PRESETS,
  type TokenizerConfig,
  tokenizerSources,
  tokenizerStages,
  Training,
  trainTextTokenizer,
} from "../mod.ts";
import { ConceptEncoder, LEARNED_STYLES, randomView } from "../lib/worlds/emoji/mod.ts";
import { typed } from "./help.ts";
import { stopOnInterrupt } from "./interrupt.ts";
import { openChosenDevice } from "./opening.ts";
import { DEVICE, main, QUICK, readCommandLine } from "./options.ts";

/**
 * Quantizers of the encoder's features, each with 1,024 codes of few numbers: with 32 a code, fewer
 * of them are used, and SimVQ's collapse.
 */
const QUANTIZERS: Readonly<Record<string, QuantizerConfig>> = {
  vector: { kind: "vector", codes: 1024, codeSize: 8 },
  sim: { kind: "sim", codes: 1024, codeSize: 4 },
};

/** Tokenizers of scenes: from 4 × 4 tokens to 64 × 64 pixels, and to 128 × 128. */
const SCENES: Readonly<Record<string, TokenizerConfig>> = {
  nano: TOKENIZER_PRESETS.nano,
  enlarged: { ...TOKENIZER_PRESETS.nano, enlarge: 2 },
};

/** What is trained and saved. */
interface Part extends Disposable {
  readonly config: object;
  save(directory: string): Promise<void>;
}

const ENCODER = { steps: 500, batchSize: 96, peakRate: 2e-3 };
const TOKENS = { steps: 1200, batchSize: 16, peakRate: 2e-3 };

await main(async () => {
  const options = readCommandLine({
    task: "train-tokenizers",
    options: {
      seeds: { value: "N", default: "3", meaning: "how many seeds, from 0 on" },
      out: { value: "FOLDER", default: "out/tokenizers", meaning: "where the tokenizers go" },
      device: DEVICE,
      quick: QUICK,
    },
    examples: ["", "--seeds 1"],
  });
  const seeds = options.number("seeds", { min: 1, max: 100, whole: true });
  const quick = options.flag("quick");
  const share = quick ? 0.01 : 1;
  const signal = stopOnInterrupt(typed("train-tokenizers", ...Deno.args));
  using device = await openChosenDevice(options);
  const set = await EmojiSet.open({ size: 64, count: quick ? 200 : Infinity });
  const learned = set.emoji.flatMap(({ heldOut }, i) => heldOut ? [] : [i]);

  for (let seed = 0; seed < seeds; seed++) {
    /** Trains a part in a folder of its own, and saves it there. */
    const train = async <T extends Part>(
      name: string,
      open: (store: StateStore) => T,
      stagesOf: (part: T) => readonly Stage[],
    ): Promise<T> => {
      const directory = `${options.text("out")}/${seed}/${name}`;
      const store = new StateStore(device);
      const part = open(store);
      using training = await Training.open({
        directory,
        store,
        settings: { preset: name, seed, quick, device: device.name, config: part.config },
        existing: "resume",
        files: ["config.json", "model.safetensors"],
        signal,
      });
      console.error(`${name}, seed ${seed}`);
      const stages = stagesOf(part);
      training.plan(stages);
      for (const stage of stages) for await (const _ of training.run(stage));
      await part.save(directory);
      return part;
    };

    const scenes = await emojiScenes({ preset: "nano", seed });
    const budgets = TOKENIZER_BUDGETS.nano;
    for (const [name, config] of Object.entries(SCENES)) {
      using _tokenizer = await train(
        name,
        (store) => new PictureTokenizer({ device, store, config, seed }),
        (tokenizer) =>
          tokenizerStages(tokenizer, tokenizerSources(scenes, config), trainTextTokenizer(scenes), {
            encoder: shortened(budgets.encoder, share),
            quantizer: shortened(budgets.quantizer, share),
            pixels: shortened(budgets.pixels, share),
          }),
      );
    }

    using encoder = await train(
      "encoder",
      (store) => new ConceptEncoder({ device, store, seed }),
      (encoder) => [encoder.stage(set, shortened(ENCODER, share))],
    );
    const views = endless(seed, "views", (random) => {
      const index = random.pick(learned);
      const styles = LEARNED_STYLES.filter((style) => set.has(style, index));
      return { picture: randomView(set.get(random.pick(styles), index), random) };
    });
    for (const [name, quantizer] of Object.entries(QUANTIZERS)) {
      const config = featureTokenizerConfig(encoder, quantizer);
      using _tokens = await train(
        name,
        (store) => new FeatureTokenizer({ device, store, config, seed }),
        (tokenizer) => [tokenizer.stage(encoder, views, shortened(TOKENS, share))],
      );
    }
  }
});
