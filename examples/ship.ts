/**
 * `deno task ship --from out/demo --to models/nano`: keeps what a demo trained in half the space, with
 * its report, its figures, and how to make it again.
 */
import { z } from "../lib/packages/zod.ts";
import { loadModel, Report, writeFileAtomic } from "../mod.ts";
import { typed } from "./help.ts";
import { main, readCommandLine, UsageError } from "./options.ts";

/** What is copied as it is. */
const COPIED = ["report.json", "scores.png"];

const Run = z.object({
  settings: z.looseObject({ recipe: z.string(), preset: z.string(), seed: z.number() }),
  commits: z.array(z.string()).min(1),
  seconds: z.number(),
});

await main(async () => {
  const options = readCommandLine({
    task: "ship",
    options: {
      from: { value: "FOLDER", default: "out/demo", meaning: "where a demo has ended" },
      to: { value: "FOLDER", default: "models/nano", meaning: "where the model goes" },
    },
    examples: ["", "--from out/small --to models/small"],
  });
  const [from, to] = [options.text("from"), options.text("to")];
  const read = async (file: string) => {
    try {
      return JSON.parse(await Deno.readTextFile(`${from}/${file}`));
    } catch (error) {
      throw new UsageError(`Expected a demo that has ended in ${from}, but found no ${file}`, {
        cause: error,
      });
    }
  };
  const { preset, seed, recipe } = Report.parse(await read("report.json"));
  const { settings, commits, seconds } = Run.parse(await read("training/state.json"));
  using model = await loadModel(from);
  await model.save(to, { dtype: "float16" });
  for (const file of COPIED) await Deno.copyFile(`${from}/${file}`, `${to}/${file}`);
  const longer = typeof settings.longer === "number" && settings.longer !== 1
    ? ["--longer", `${settings.longer}`]
    : [];
  const command = typed(
    "demo",
    ...["--recipe", `${recipe}`, "--preset", preset, "--seed", `${seed}`, ...longer],
  );
  const minutes = Math.round(seconds / 60);
  const made = { command, seed, commit: commits.at(-1), commits, minutes };
  await writeFileAtomic(`${to}/made.json`, `${JSON.stringify(made, null, 2)}\n`);
  const { size } = await Deno.stat(`${to}/model.safetensors`);
  console.log(`${to}: ${(size / 1e6).toFixed(1)} MB`);
});
