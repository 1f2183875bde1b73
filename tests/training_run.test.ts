/** Trainings that stop and go on end as if they never had. */
import assert from "node:assert/strict";
import { z } from "../lib/packages/zod.ts";
import { emojiDocuments } from "../lib/worlds/emoji/documents.ts";
import { emojiScenes } from "../lib/worlds/emoji/emoji_scenes.ts";
import { tokenizerSources } from "../lib/worlds/emoji/tokenizer_sources.ts";
import type { Stage } from "../lib/optim/mod.ts";
import { illumeStages } from "../lib/recipes/mod.ts";
import { StateStore } from "../lib/runtime/mod.ts";
import { TextTokenizer } from "../lib/text/mod.ts";
import { tokenizerStages } from "../lib/vision/mod.ts";
import { readMetrics } from "../lib/training/metrics.ts";
import { Training } from "../lib/training/training.ts";
import { decodeSafetensors } from "../lib/files/mod.ts";
import { SPECIAL_TOKENS } from "../lib/unified/mod.ts";
import { edited, filesOf, inFolder } from "./folder.ts";
import { contents, lineStep } from "./line.ts";
import { tinyIllume } from "./tiny_illume.ts";
import { device, fit, refuses, SETTINGS, silent, threeStages, train } from "./training_folder.ts";

const whole = Promise.withResolvers<Awaited<ReturnType<typeof train>>>();

Deno.test("a run stopped after any step, or before the first, ends as if it never was", async () => {
  await inFolder(async (directory) => whole.resolve(await train({ directory })));
  const expected = await whole.promise;
  assert.deepEqual(expected.metrics.map(({ stage, step }) => `${stage} ${step}`), [
    ...["one 1", "one 2", "one 3"],
    ...["two 1", "two 2"],
    ...["three 1", "three 2", "three 3", "three 4"],
  ]);
  for (let stopAfter = 0; stopAfter <= 9; stopAfter++) {
    await inFolder(async (directory) => {
      const stopped = await train({ directory, stopAfter });
      assert.equal(stopped.metrics.length, stopAfter);
      assert.deepEqual(await train({ directory, resume: true }), expected, `${stopAfter}`);
    });
  }
});

Deno.test("a run stopped at every step, and before one, ends as if it never was", () =>
  inFolder(async (directory) => {
    let found = await train({ directory, stopAfter: 1 });
    for (let step = 2; step <= 9; step++) {
      found = await train({ directory, resume: true, stopAfter: 1 });
      assert.equal(found.metrics.length, step);
      await train({ directory, resume: true, stopAfter: 0 });
    }
    assert.deepEqual(await train({ directory, resume: true }), await whole.promise);
  }));

Deno.test("a run that broke down goes on from the last stage that ended", () =>
  inFolder(async (directory) => {
    const stages = (store: StateStore) => [
      ...threeStages(store).slice(0, 2),
      fit(store, "three", 4, 3),
    ];
    await assert.rejects(train({ directory, stages }), /torn/);
    const path = `${directory}/metrics.jsonl`;
    assert.equal((await readMetrics(path)).length, 7, "what was measured is there");
    await Deno.writeTextFile(path, '{"stage":"thr', { append: true });
    assert.deepEqual(await train({ directory, resume: true }), await whole.promise);
  }));

Deno.test("a stage is saved by time, but no oftener than a hundredth of the time allows", () =>
  inFolder(async (directory) => {
    const steps = 400;
    const savedSteps = async (saveEvery?: number) => {
      using store = new StateStore(device);
      using training = await Training.open({
        directory,
        store,
        settings: SETTINGS,
        existing: "overwrite",
        progress: silent(),
        saveEvery,
      });
      const seen = new Set<number>();
      for await (const _ of training.run(fit(store, "one", steps))) {
        const state = await Deno.readTextFile(`${directory}/training/state.json`);
        seen.add(JSON.parse(state).current?.step ?? 0);
      }
      return [...seen];
    };
    assert.deepEqual(await savedSteps(), [0], "not within half a minute");
    const saved = await savedSteps(0);
    assert.deepEqual(saved.slice(0, 2), [0, 1]);
    assert.ok(saved.length < steps / 20, `${saved}`);
  }));

Deno.test("a run that broke down goes on from where it was last saved", () =>
  inFolder(async (directory) => {
    const stages = (store: StateStore) => [fit(store, "one", 3, 3)];
    await assert.rejects(train({ directory, stages, saveEvery: 0 }), /torn/);
    const state = await Deno.readTextFile(`${directory}/training/state.json`);
    assert.equal(JSON.parse(state).current.step, 1);
    assert.deepEqual(await train({ directory, resume: true }), await whole.promise);
  }));

Deno.test("who looks no further can look again later, or resume", async () => {
  for (const stop of [1, 2, 3]) {
    await inFolder(async (directory) => {
      {
        using store = new StateStore(device);
        using training = await Training.open({
          directory,
          store,
          settings: SETTINGS,
          progress: silent(),
        });
        const [one, two, three] = threeStages(store);
        const look = async (stage: Stage) => {
          let left = stop;
          for await (const _ of training.run(stage)) if (--left === 0) break;
        };
        while (training.stages.length === 0) await look(one);
        while (training.stages.length === 1) await look(two);
        await look(three);
      }
      assert.deepEqual(await train({ directory, resume: true }), await whole.promise, `${stop}`);
    });
  }
});

Deno.test("a store may hold what the training began with; what was learned takes its place", () =>
  inFolder(async (directory) => {
    await train({ directory, stopAfter: 4 });
    using store = new StateStore(device);
    using _begun = await lineStep(device, store);
    {
      using training = await Training.open({
        directory,
        store,
        settings: SETTINGS,
        existing: "resume",
        progress: silent(),
      });
      for (const stage of threeStages(store)) for await (const _ of training.run(stage));
    }
    assert.deepEqual(await contents(store), (await whole.promise).store);
  }));

Deno.test("what need not be kept is not saved, and is in nobody's way", () =>
  inFolder(async (directory) => {
    const cached = (store: StateStore) => {
      store.add("cache", { dtype: "int32", shape: [4] }, undefined, { kept: false });
      return threeStages(store);
    };
    await train({ directory, stages: cached, stopAfter: 4 });
    assert.deepEqual(
      await train({ directory, stages: cached, resume: true }),
      await whole.promise,
    );
    for (const [path, bytes] of await filesOf(directory)) {
      if (path.endsWith(".safetensors")) {
        assert.ok(!decodeSafetensors(bytes).tensors.has("cache"), path);
      }
    }
  }));

Deno.test("two stages of one name are two stages", async () => {
  const stages = (store: StateStore) => [fit(store, "again", 4), fit(store, "again", 4)];
  const expected = Promise.withResolvers<unknown>();
  await inFolder(async (directory) => expected.resolve(await train({ directory, stages })));
  for (const stopAfter of [4, 6]) {
    await inFolder(async (directory) => {
      await train({ directory, stages, stopAfter });
      assert.deepEqual(await train({ directory, stages, resume: true }), await expected.promise);
    });
  }
});

Deno.test("what is done once is kept, and not done again", () =>
  inFolder(async (directory) => {
    const done: string[] = [];
    const seen: unknown[] = [];
    const between = async (training: Training) => {
      const name = ["constructor", "two", "three"][training.stages.length - 1];
      seen.push(
        await training.once(name, z.object({ score: z.number() }), () => {
          done.push(name);
          return Promise.resolve({ score: done.length });
        }),
      );
    };
    for (let run = 0; run < 4; run++) {
      const resume = run > 0;
      await train({ directory, resume, between, stopAfter: 4 });
    }
    assert.deepEqual(done, ["constructor", "two", "three"]);
    assert.deepEqual(seen.slice(-1), [{ score: 3 }]);
    const state = `${directory}/training/state.json`;
    const damaged = edited(await Deno.readFile(state), /"score":3/, '"score":"three"');
    await Deno.writeFile(state, damaged);
    await refuses({ directory, between }, /"three" in .*state\.json/, /at score: .*string/);
  }));

Deno.test("what cannot be resumed is refused in one line, and keeps its files", async (t) => {
  await inFolder(async (directory) => {
    await train({ directory, stopAfter: 7 });
    const tensors = [...(await filesOf(directory)).keys()].find((path) => path.includes("safet"))!;
    const resumable = await filesOf(directory);
    const [metrics, state] = ["metrics.jsonl", "training/state.json"];
    assert.deepEqual([...resumable.keys()].sort(), [metrics, tensors, state].sort());

    await t.step(
      "other settings",
      () =>
        refuses(
          { directory, settings: { ...SETTINGS, seed: 1, model: { heads: 8 } } },
          /found others: seed was 0, is 1; model\.heads was 4, is 8$/,
        ),
    );
    await t.step("a store in use", async () => {
      using store = new StateStore(device);
      store.add("other.bias", { dtype: "float32", shape: [2] });
      const options = { directory, store, settings: SETTINGS, existing: "resume" } as const;
      await assert.rejects(Training.open(options), {
        name: "ResumeError",
        message:
          /^Expected a whole training .*"other\.bias" of \[2\] in the store, and in the state/,
      });
    });
    await t.step("another stage", () =>
      refuses(
        { directory, stages: (store) => threeStages(store).with(2, fit(store, "four", 4)) },
        /the stage "three".*"four"/,
      ));
    await t.step("another stage among those that ended", () =>
      refuses(
        { directory, stages: (store) => threeStages(store).toReversed() },
        /the stage "one".*"three"/,
      ));
    await t.step("a shorter stage", () =>
      refuses(
        { directory, stages: (store) => threeStages(store).with(2, fit(store, "three", 1)) },
        /found others: stages\.three\.steps was 4, is 1$/,
      ));

    const half = (bytes: Uint8Array) => bytes.subarray(0, bytes.length / 2);
    const damages: [string, string, (bytes: Uint8Array) => Uint8Array | undefined][] = [
      ["state.json, empty", state, () => new Uint8Array()],
      ["state.json, cut off", state, half],
      ["state.json, of lines of text", state, () => new TextEncoder().encode("no\nJSON")],
      [
        "state.json, of another version",
        state,
        (bytes) => edited(bytes, /"version":2/, '"version":3'),
      ],
      [
        "state.json, of Illume before",
        state,
        (bytes) => edited(bytes, /"version":2/, '"version":1'),
      ],
      ["state.json, with half a step", state, (bytes) => edited(bytes, /"step":2/, '"step":1.5')],
      ["state.json, without stages", state, (bytes) => edited(bytes, /"done":/, '"finished":')],
      ["tensors, missing", tensors, () => undefined],
      ["tensors, empty", tensors, () => new Uint8Array()],
      ["tensors, cut off", tensors, (bytes) => bytes.subarray(0, -1)],
      ["tensors, of something else", tensors, (bytes) => bytes.with(9, 0xff)],
      ["metrics, missing", metrics, () => undefined],
      ["metrics, empty", metrics, () => new Uint8Array()],
      ["metrics, cut off", metrics, (bytes) => bytes.subarray(0, -20)],
      ["metrics, a line short", metrics, (bytes) => edited(bytes, /.*\n$/, "")],
      ["metrics, a line spoilt", metrics, (bytes) => edited(bytes, /"loss"/, '"los')],
    ];
    for (const [name, file, damage] of damages) {
      await t.step(name, async () => {
        const path = `${directory}/${file}`;
        const damaged = damage(resumable.get(file)!);
        if (damaged === undefined) await Deno.remove(path);
        else await Deno.writeFile(path, damaged);
        await refuses({ directory }, new RegExp(RegExp.escape(file)));
        await Deno.writeFile(path, resumable.get(file)!);
      });
    }
    assert.deepEqual(await train({ directory, resume: true }), await whole.promise);
  });
});

Deno.test("codebook and unified model, stopped in the middle and between, end as if not", async () => {
  const scenes = await emojiScenes();
  const text = TextTokenizer.train(scenes.textCorpus(100).map((line) => ` ${line}`), {
    vocabularySize: 400,
    specialTokens: SPECIAL_TOKENS,
  });
  const stages = (store: StateStore): Stage[] => {
    const model = tinyIllume(store, text);
    const budget = { steps: 30, batchSize: 1, peakRate: 1e-2 };
    const budgets = { encoder: budget, quantizer: budget, pixels: budget };
    const [, codebook] = tokenizerStages(model.tokenizer, tokenizerSources(scenes), text, budgets);
    const plan = {
      name: "alignment",
      mixture: { draw: 1, text: 1 },
      budget: { steps: 6, batchSize: 2, peakRate: 1e-2 },
    };
    return [codebook, ...illumeStages(model, emojiDocuments(scenes), [plan])];
  };
  await inFolder(async (directory) => {
    const expected = await train({ directory: `${directory}/whole`, stages });
    assert.equal(expected.metrics.length, 36);
    const parts = { directory: `${directory}/parts`, stages };
    await train({ ...parts, stopAfter: 11 });
    const between = await train({ ...parts, stopAfter: 19, resume: true });
    assert.equal(between.metrics.at(-1)?.stage, "semantic codebook");
    await train({ ...parts, stopAfter: 3, resume: true });
    assert.deepEqual(await train({ ...parts, resume: true }), expected);
  });
});
