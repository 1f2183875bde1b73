/** What becomes of a folder that holds a training, or something else, or another program's. */
import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { FolderLock } from "../lib/files/mod.ts";
import { StateStore } from "../lib/runtime/mod.ts";
import { readMetrics } from "../lib/training/metrics.ts";
import { ExistingError, Training, type TrainingOptions } from "../lib/training/training.ts";
import { filesOf, inFolder } from "./folder.ts";
import { device, fit, SETTINGS, silent, train } from "./training_folder.ts";

/** Opens a training, and ends it at once. */
async function open(directory: string, options: Partial<TrainingOptions> = {}): Promise<void> {
  using store = new StateStore(device);
  using _training = await Training.open({
    directory,
    store,
    settings: SETTINGS,
    progress: silent(),
    ...options,
  });
}

Deno.test("a folder with a training is refused, with both ways named, and stays as it is", () =>
  inFolder(async (directory) => {
    await train({ directory, stopAfter: 4 });
    const before = await filesOf(directory);
    await assert.rejects(open(directory), {
      name: "ExistingError",
      message: `Expected no training in ${directory} yet, but found one: continue it with ` +
        '--resume (existing: "resume"), or begin anew in its place with --overwrite ' +
        '(existing: "overwrite")',
    });
    await open(directory, { existing: "resume" });
    assert.deepEqual((await filesOf(directory)).keys().toArray(), before.keys().toArray());
  }));

Deno.test("to resume where there is nothing begins", () =>
  inFolder(async (folder) => {
    for (const directory of [folder, `${folder}/that/is/missing`]) {
      const { metrics } = await train({ directory, resume: true });
      assert.equal(metrics.length, 9);
    }
  }));

Deno.test("to overwrite removes a run's files, and nothing besides", () =>
  inFolder(async (directory) => {
    const files = ["model.safetensors", "drawings/drawings.jsonl"];
    const others = ["notes.txt", "drawings/mine.png", "training/mine.json", ".model.safetensors"];
    await open(directory, { files });
    await Deno.mkdir(`${directory}/drawings`);
    for (const path of [...files, ...others]) {
      await Deno.writeTextFile(`${directory}/${path}`, path);
    }
    await train({ directory, resume: true, stopAfter: 5 });
    await open(directory, { existing: "overwrite", files });
    const left = (await filesOf(directory)).keys().filter((path) => !/state\.[ab]\./.test(path));
    assert.deepEqual([...left].sort(), [...others, "metrics.jsonl", "training/state.json"].sort());
    assert.deepEqual(await readMetrics(`${directory}/metrics.jsonl`), []);
    assert.equal((await train({ directory, resume: true })).metrics.length, 9);
  }));

Deno.test("an overwriting that was killed is gone on with as the new run", () =>
  inFolder(async (directory) => {
    const files = ["model.safetensors"];
    await open(directory, { files });
    const begun = await filesOf(directory);
    await train({ directory, resume: true });
    await Deno.writeTextFile(`${directory}/model.safetensors`, "of the earlier run");
    // The new state is in its place, and nothing else was done.
    for (const [path, bytes] of begun) {
      if (path !== "metrics.jsonl") await Deno.writeFile(`${directory}/${path}`, bytes);
    }
    await open(directory, { existing: "resume", files });
    assert.ok(!(await filesOf(directory)).has("model.safetensors"));
    assert.equal((await train({ directory, resume: true })).metrics.length, 9);
  }));

Deno.test("files of a run's names that no run wrote are never replaced", () =>
  inFolder(async (directory) => {
    for (const path of ["metrics.jsonl", "config.json"]) {
      await Deno.writeTextFile(`${directory}/${path}`, "someone's\n");
      for (const existing of ["refuse", "resume", "overwrite"] as const) {
        await assert.rejects(open(directory, { existing, files: ["config.json"] }), {
          name: "ExistingError",
          message: new RegExp(
            `but found ${directory}/${path}: choose another folder, or move it away$`,
          ),
        });
        assert.deepEqual([...(await filesOf(directory)).keys()], [path]);
      }
      await Deno.remove(`${directory}/${path}`);
    }
  }));

Deno.test("two trainings of one program cannot share a folder; nothing of the first is touched", () =>
  inFolder(async (directory) => {
    using store = new StateStore(device);
    {
      using training = await Training.open({
        directory,
        store,
        settings: SETTINGS,
        progress: silent(),
      });
      for await (const _ of training.run(fit(store, "one", 3)));
      const before = await filesOf(directory);
      for (const existing of ["refuse", "resume", "overwrite"] as const) {
        await assert.rejects(open(directory, { existing }), {
          name: "FolderInUseError",
          message: /but found that this program itself does, since .*: dispose of what has it open/,
        });
      }
      assert.deepEqual(await filesOf(directory), before);
    }
    assert.ok(!(await filesOf(directory)).has("lock.json"));
    await assert.rejects(open(directory), ExistingError);
  }));

const PROGRAM = fileURLToPath(new URL("hold_folder.ts", import.meta.url));

/** Another program, which holds a folder until it is told to exit, or killed. */
function holder(directory: string) {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "--no-check", "--allow-read", "--allow-write", PROGRAM, directory],
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const said = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
  return { child, first: said.read(), said };
}

Deno.test("another program's folder is refused with its process named; a killed one's is taken over", () =>
  inFolder(async (folder) => {
    const directory = `${folder}/run`;
    const first = holder(directory);
    assert.equal((await first.first).value, "taken\n");
    await assert.rejects(open(directory, { existing: "overwrite" }), {
      name: "FolderInUseError",
      message: new RegExp(
        `^Expected no other program to write into ${directory}, but found process ` +
          `${first.child.pid} on .* \\("hold_folder\\.ts ${directory}", since 20.*Z\\)$`,
      ),
    });
    first.child.kill("SIGKILL");
    await first.child.status;
    await first.child.stdin.close().catch(() => {});
    await first.said.cancel();
    await first.child.stderr.cancel();
    assert.ok((await filesOf(directory)).has("lock.json"));

    const second = holder(directory);
    assert.equal((await second.first).value, "taken\n");
    await assert.rejects(open(directory), { message: new RegExp(`process ${second.child.pid} `) });
    await second.child.stdin.close();
    assert.equal((await second.child.status).code, 5);
    await second.said.cancel();
    assert.match(
      await new Response(second.child.stderr).text(),
      new RegExp(
        `^.*/run was left by process ${first.child.pid} .*, which was killed; going on\n$`,
      ),
    );
    assert.deepEqual([...(await filesOf(directory)).keys()], [], "Deno.exit leaves no lock");
    await open(directory);
  }));

Deno.test("of many that take a folder at once, one gets it", () =>
  inFolder(async (directory) => {
    for (let round = 0; round < 20; round++) {
      using stack = new DisposableStack();
      const all = await Promise.allSettled(
        Array.from({ length: 8 }, () => FolderLock.take(directory)),
      );
      const taken = all.filter((result) => result.status === "fulfilled");
      for (const { value } of taken) stack.use(value);
      assert.equal(taken.length, 1);
    }
    assert.deepEqual([...(await filesOf(directory)).keys()], []);
  }));
