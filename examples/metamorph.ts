/**
 * `deno task metamorph`: what MetaMorph (arXiv 2412.14164) found of reading and drawing learned
 * together, in a world whose truth is known. Models that share everything up to the last stage learn
 * different samples in it: how few of drawing are enough, which others help, by which loss, and beside
 * ILLUME. A stopped run goes on with the training that it was at.
 */
import { type Arm, armsOf, EXPERIMENTS, type Studied } from "./metamorph_arms.ts";
import { StudyReport, type StudyRun } from "./metamorph_results.ts";
import { openSetting, studyRecipe } from "./metamorph_setting.ts";
import { trainBeginning, trainVision } from "./metamorph_shared.ts";
import { runArm } from "./metamorph_training.ts";
import { typed } from "./help.ts";
import { stopOnInterrupt } from "./interrupt.ts";
import { openChosenDevice } from "./opening.ts";
import { type CommandLine, DEVICE, main, readCommandLine, UsageError } from "./options.ts";
import { provenance, readRuns, writeResults } from "./results.ts";

const NUMBERS = Object.keys(EXPERIMENTS);

await main(async () => {
  const options = readCommandLine({
    task: "metamorph",
    options: {
      seeds: { value: "LIST", default: "0,1,2", meaning: "the seeds" },
      only: {
        value: "LIST",
        default: NUMBERS.join(),
        meaning: `which experiments: ${
          NUMBERS.map((number) => `${number}, ${EXPERIMENTS[number].title.toLowerCase()}`).join(
            "; ",
          )
        }`,
      },
      out: { value: "FOLDER", default: "out/metamorph_study", meaning: "where the models go" },
      json: {
        value: "FILE",
        default: "docs/results/metamorph.json",
        meaning: "where the results go, and which arms are there already",
      },
      device: DEVICE,
      quick: { meaning: "a thousandth of the training: tries the command, learns nothing" },
    },
    examples: ["", "--seeds 0 --only 1,4"],
  });
  const seeds = listOf(options, "seeds", "such as 0,1,2", (word) => /^\d{1,9}$/.test(word)).map(
    Number,
  );
  const arms = armsOf(
    listOf(options, "only", `some of ${NUMBERS.join()}`, (word) => NUMBERS.includes(word)),
  );
  const quick = options.flag("quick");
  const path = options.text("json");
  const source = await provenance("metamorph");
  const signal = stopOnInterrupt(typed("metamorph", ...Deno.args));
  using device = await openChosenDevice(options);
  const recipe = await studyRecipe(quick);
  let runs = await readRuns(path, StudyReport, recipe);
  /** Takes up what came of a seed. */
  const keep = async (run: StudyRun) => {
    runs = [...runs.filter(({ seed }) => seed !== run.seed), run].sort((a, b) => a.seed - b.seed);
    await writeResults({ ...source, recipe, runs: [...runs] } satisfies StudyReport, path);
  };
  for (const seed of seeds) {
    let run = runs.find((run) => run.seed === seed);
    const isKnown = ({ name }: Arm) => run?.arms.some((arm) => arm.name === name) ?? false;
    const left = arms.filter((arm) => !isKnown(arm));
    console.error(`seed ${seed}: ${left.length} of ${arms.length} arms to train`);
    if (left.length === 0) continue;
    const directory = `${options.text("out")}/${seed}`;
    const setting = await openSetting({ device, signal, seed, quick, directory });
    run = { seed, vision: await trainVision(setting), arms: run?.arms ?? [] };
    const begun = new Map<Studied["recipe"], string>();
    for (const arm of left) {
      console.error(`seed ${seed}: ${arm.name}`);
      const from = begun.get(arm.recipe) ?? await trainBeginning(arm.recipe, setting);
      begun.set(arm.recipe, from);
      const result = await runArm(arm, from, setting);
      run = { ...run, arms: [...run.arms, { ...result, commit: source.commit }] };
      await keep(run);
    }
  }
});

/** The words of an option that takes several, parted by commas. */
function listOf<Name extends string>(
  options: CommandLine<Name>,
  name: Name,
  expected: string,
  isOne: (word: string) => boolean,
): string[] {
  const found = options.text(name);
  const words = [...new Set(found.split(",").map((word) => word.trim()))];
  if (words.every(isOne)) return words;
  throw new UsageError(`Expected --${name} to be ${expected}, but found "${found}"`);
}
