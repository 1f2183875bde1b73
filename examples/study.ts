/**
 * A study: models that differ in one thing, its arms, trained and measured one by one with each seed. What
 * is found is kept after each; a stopped run goes on with the training that it was at.
 */
import type { z } from "../lib/packages/zod.ts";
import { typed } from "./help.ts";
import { stopOnInterrupt } from "./interrupt.ts";
import { openChosenDevice } from "./opening.ts";
import { type CommandLine, DEVICE, main, readCommandLine, UsageError } from "./options.ts";
import { provenance, readRuns, type ResultsRecipe, writeResults } from "./results.ts";
import { openSetting, type Setting } from "./study_setting.ts";

/** What came of a seed. */
interface Run<Vision, Result> {
  readonly seed: number;
  readonly vision: Vision;
  readonly arms: readonly (Result & { readonly commit: string })[];
}

export interface Study<Arm, Vision, Result> {
  /** The name of its task, and of its results. */
  readonly task: string;
  readonly experiments: Readonly<Record<string, { readonly title: string }>>;
  /** Of some experiments, by their numbers, in the order in which they are trained. */
  armsOf(numbers: readonly string[]): readonly Arm[];
  /** Of its results. */
  readonly form: z.ZodType<
    { readonly recipe: ResultsRecipe; readonly runs: readonly Run<Vision, Result>[] }
  >;
  /** All that decides, beside seed and arm, what is found. */
  recipe(quick: boolean): Promise<ResultsRecipe>;
  /** Trains what all arms of a seed share, and says how an arm is trained and measured. */
  begin(setting: Setting): Promise<{ vision: Vision; run(arm: Arm): Promise<Result> }>;
}

/** Runs a study as a command. */
export function runStudy<Arm extends { name: string }, Vision, Result extends { name: string }>(
  study: Study<Arm, Vision, Result>,
): Promise<void> {
  const { task, experiments } = study;
  const numbers = Object.keys(experiments);
  return main(async () => {
    const options = readCommandLine({
      task,
      options: {
        seeds: { value: "LIST", default: "0,1,2", meaning: "the seeds" },
        only: {
          value: "LIST",
          default: numbers.join(),
          meaning: `which experiments: ${
            numbers.map((number) => `${number}, ${experiments[number].title.toLowerCase()}`)
              .join("; ")
          }`,
        },
        out: { value: "FOLDER", default: `out/${task}_study`, meaning: "where the models go" },
        json: {
          value: "FILE",
          default: `docs/results/${task}.json`,
          meaning: "where the results go, and which arms are there already",
        },
        device: DEVICE,
        quick: { meaning: "a thousandth of the training: tries the command, learns nothing" },
      },
      examples: ["", "--seeds 0 --only 1,4"],
    });
    const seeds = listOf(options, "seeds", "such as 0,1,2", (word) => /^\d{1,9}$/.test(word))
      .map(Number);
    const arms = study.armsOf(
      listOf(options, "only", `some of ${numbers.join()}`, (word) => numbers.includes(word)),
    );
    const quick = options.flag("quick");
    const path = options.text("json");
    const source = await provenance(task);
    const signal = stopOnInterrupt(typed(task, ...Deno.args));
    using device = await openChosenDevice(options);
    const recipe = await study.recipe(quick);
    let runs = await readRuns(path, study.form, recipe);
    /** Takes up what came of a seed. */
    const keep = async (run: Run<Vision, Result>) => {
      runs = [...runs.filter(({ seed }) => seed !== run.seed), run]
        .sort((a, b) => a.seed - b.seed);
      await writeResults({ ...source, recipe, runs }, path);
    };
    for (const seed of seeds) {
      const before = runs.find((run) => run.seed === seed);
      const isKnown = ({ name }: Arm) => before?.arms.some((arm) => arm.name === name) ?? false;
      const left = arms.filter((arm) => !isKnown(arm));
      console.error(`seed ${seed}: ${left.length} of ${arms.length} arms to train`);
      if (left.length === 0) continue;
      const directory = `${options.text("out")}/${seed}`;
      const setting = await openSetting({ device, signal, seed, quick, directory });
      const { vision, run } = await study.begin(setting);
      let found: Run<Vision, Result> = { seed, vision, arms: before?.arms ?? [] };
      for (const arm of left) {
        console.error(`seed ${seed}: ${arm.name}`);
        const result = { ...await run(arm), commit: source.commit };
        found = { ...found, arms: [...found.arms, result] };
        await keep(found);
      }
    }
  });
}

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
