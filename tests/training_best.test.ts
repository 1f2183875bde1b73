/** The parameters that scored best are kept beside the last. */
import assert from "node:assert/strict";
import { decodeSafetensors } from "../lib/files/mod.ts";
import { StateStore } from "../lib/runtime/mod.ts";
import { Training, type TrainingOptions } from "../lib/training/training.ts";
import { edited, filesOf, inFolder } from "./folder.ts";
import { contents } from "./line.ts";
import { device, fit, SETTINGS, silent } from "./training_folder.ts";

/** What the steps of two stages score. */
const SCORES: Readonly<Record<string, readonly number[]>> = {
  one: [0.1, 0.7, 0.4, 0.7, 0.2],
  two: [0.3, 0.6, 0.5, 0.8, 0.1],
};
const FILE = "training/best.safetensors";
const STOPPED = new Error("stopped");

/** Two stages, each of whose steps is scored; the second begins with the best of the first. */
async function train(
  directory: string,
  { stopAfter = Infinity, ...options }: Partial<TrainingOptions> & { stopAfter?: number } = {},
) {
  using store = new StateStore(device);
  const controller = new AbortController();
  using training = await Training.open({
    directory,
    store,
    settings: SETTINGS,
    existing: "resume",
    progress: silent(),
    signal: controller.signal,
    ...options,
  });
  const better: string[] = [];
  const seen: Record<string, number[]>[] = [];
  try {
    for (const stage of [fit(store, "one", 5), fit(store, "two", 5)]) {
      for await (const { step } of training.run(stage)) {
        if (await training.offer(SCORES[stage.name][step - 1])) {
          better.push(`${stage.name} ${step}`);
        }
        seen.push(await contents(store));
        if (--stopAfter === 0) controller.abort(STOPPED);
      }
      training.restoreBest();
    }
  } catch (error) {
    if (error !== STOPPED) throw error;
  }
  return { best: training.best, better, seen, store: await contents(store) };
}

const whole = Promise.withResolvers<Awaited<ReturnType<typeof train>>>();

Deno.test("the best is kept with its score and its step, without the optimizer, and comes back", () =>
  inFolder(async (directory) => {
    const trained = await train(directory);
    whole.resolve(trained);
    assert.deepEqual(trained.better, ["one 1", "one 2", "two 4"]);
    assert.deepEqual(trained.best, { score: 0.8, stage: "two", step: 4 });
    const best = trained.seen[8];
    const parameters = Object.keys(best).filter((name) => !name.startsWith("optimizer."));
    assert.ok(parameters.length > 0 && parameters.length < Object.keys(best).length);
    const { tensors, metadata } = decodeSafetensors(`${directory}/${FILE}`);
    assert.deepEqual(JSON.parse(metadata.best), trained.best);
    assert.deepEqual([...tensors.keys()].sort(), parameters.sort());
    for (const name of parameters) {
      assert.deepEqual([...tensors.get(name)!.data], best[name]);
      assert.deepEqual(trained.store[name], best[name], "the second stage's best");
      assert.notDeepEqual(trained.store[name], trained.seen[9][name], "not the last");
    }
  }));

Deno.test("stopped after any step, it has the same best, and goes on from it", async () => {
  const { best, store } = await whole.promise;
  for (let stopAfter = 1; stopAfter <= 10; stopAfter++) {
    await inFolder(async (directory) => {
      await train(directory, { stopAfter });
      const resumed = await train(directory);
      assert.deepEqual([resumed.best, resumed.store], [best, store], `${stopAfter}`);
      const again = await train(directory);
      assert.deepEqual([again.best, again.store], [best, store], "when all is done");
    });
  }
});

Deno.test("a crash after any write leaves a run that comes to the same best", () =>
  inFolder(async (folder) => {
    const { best, store } = await whole.promise;
    const states: Map<string, Uint8Array>[] = [];
    {
      using training = new StateStore(device);
      const directory = `${folder}/whole`;
      using run = await Training.open({
        directory,
        store: training,
        settings: SETTINGS,
        progress: silent(),
        saveEvery: 0,
      });
      for (const stage of [fit(training, "one", 5), fit(training, "two", 5)]) {
        for await (const { step } of run.run(stage)) {
          states.push(await filesOf(directory));
          await run.offer(SCORES[stage.name][step - 1]);
          states.push(await filesOf(directory));
        }
        run.restoreBest();
      }
    }
    for (const [i, files] of states.entries()) {
      // As if the state had not been written, and the best's file had.
      const mixed = new Map([...files, ...[[FILE, states[i + 1]?.get(FILE)] as const]].filter(
        (entry): entry is [string, Uint8Array] =>
          entry[1] !== undefined && entry[0] !== "lock.json",
      ));
      const directory = `${folder}/${i}`;
      await Deno.mkdir(`${directory}/training`, { recursive: true });
      for (const [path, bytes] of mixed) await Deno.writeFile(`${directory}/${path}`, bytes);
      const resumed = await train(directory);
      assert.deepEqual([resumed.best, resumed.store], [best, store], `${i}`);
    }
  }));

Deno.test("to overwrite forgets the best; a damaged one is refused", () =>
  inFolder(async (directory) => {
    await train(directory, { stopAfter: 3 });
    const path = `${directory}/${FILE}`;
    const bytes = await Deno.readFile(path);
    for (const damaged of [bytes.subarray(0, -1), edited(bytes, /0\.7/, '"x"')]) {
      await Deno.writeFile(path, damaged);
      await assert.rejects(train(directory), {
        name: "ResumeError",
        message: /^Expected a whole training in [^\n]*best\.safetensors[^\n]*$/,
      });
    }
    await train(directory, { existing: "overwrite", stopAfter: 1 });
    assert.equal((await train(directory, { stopAfter: 1 })).better[0], "one 2");
    using store = new StateStore(device);
    using training = await Training.open({
      directory,
      store,
      settings: SETTINGS,
      existing: "overwrite",
      progress: silent(),
    });
    assert.equal(training.best, undefined);
    assert.ok(!(await filesOf(directory)).has(FILE));
    assert.throws(() => training.restoreBest(), { message: /that was offered, but found none$/ });
    await assert.rejects(training.offer(1), { message: /a step before a score, but found none$/ });
    await assert.rejects(training.offer(NaN), { name: "RangeError" });
    for await (const _ of training.run(fit(store, "one", 2))) {
      await training.offer(1);
      assert.throws(() => training.restoreBest(), { message: /"one" to have ended.* step 1$/ });
      break;
    }
  }));
