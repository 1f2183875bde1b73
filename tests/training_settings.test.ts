/** What decides a run is kept with it, and a run goes on with nothing else. */
import assert from "node:assert/strict";
import type { Json, Stage } from "../lib/optim/mod.ts";
import type { StateStore } from "../lib/runtime/mod.ts";
import { commitAtWork } from "../lib/training/commit.ts";
import { Progress } from "../lib/training/progress.ts";
import { LogView } from "../lib/training/progress_view.ts";
import { edited, inFolder } from "./folder.ts";
import { refuses, threeStages, train } from "./training_folder.ts";

const LANGUAGE = { rates: { "": 1, "lm_head.": 0 }, precision: "float32", mixture: [1, 3] };

/** None where the tests are run outside a checkout. */
const commit = await commitAtWork();
const ignore = commit === undefined;

/** The three stages, with settings by their names. */
const stagesWith = (settings: Readonly<Record<string, Json>>) => (store: StateStore): Stage[] =>
  threeStages(store).map((stage) => ({ ...stage, settings: settings[stage.name] }));

Deno.test("a stage goes on only with its own settings, in the middle and when it has ended", () =>
  inFolder(async (directory) => {
    const begun = { one: LANGUAGE, two: {}, three: LANGUAGE };
    await train({ directory, stages: stagesWith(begun), stopAfter: 7 });
    const refused = (settings: Record<string, Json>, found: string) =>
      refuses(
        { directory, stages: stagesWith({ ...begun, ...settings }) },
        new RegExp(`^Expected the settings that ${directory} was started with, but found others: `),
        new RegExp(`${RegExp.escape(found)}$`),
      );
    await refused(
      { three: { ...LANGUAGE, rates: { "": 0.5 }, precision: "mixed" } },
      'stages.three.rates."" was 1, is 0.5; stages.three.rates.lm_head. was 0, is absent; ' +
        "stages.three.precision was float32, is mixed",
    );
    await refused(
      { three: { ...LANGUAGE, mixture: [1, 3, 2] } },
      ": stages.three.mixture.2 was absent, is 2",
    );
    await refused({ three: { ...LANGUAGE, mixture: 1 } }, "mixture was [1,3], is 1");
    await refused(
      { three: {} },
      "precision was float32, is absent; " +
        "stages.three.mixture was [1,3], is absent",
    );
    await refused({ one: { ...LANGUAGE, note: "of\nlines" } }, 'note was absent, is "of\\nlines"');
    const { stages } = await train({ directory, stages: stagesWith(begun), resume: true });
    assert.equal(stages.length, 3);
  }));

Deno.test("a stage that was not begun may be changed", () =>
  inFolder(async (directory) => {
    await train({ directory, stages: stagesWith({}), stopAfter: 4 });
    const stages = stagesWith({ three: LANGUAGE });
    assert.equal((await train({ directory, stages, resume: true })).stages.length, 3);
  }));

Deno.test("settings that JSON cannot hold are refused before anything is trained", () =>
  inFolder(async (directory) => {
    const found: [Record<string, unknown>, RegExp][] = [
      [{ model: { rates: [1, Infinity] } }, /found Infinity at model\.rates\.1$/],
      [{ data: new Map() }, /found a Map at data$/],
    ];
    for (const [settings, message] of found) {
      await assert.rejects(train({ directory, settings }), { name: "TypeError", message });
    }
    const stages = stagesWith({ two: { rate: NaN } });
    const message = /found NaN at stages\.two\.rate$/;
    await assert.rejects(train({ directory, stages }), { name: "TypeError", message });
  }));

Deno.test(
  "another commit goes on with a run, says so in one line, and is kept",
  { ignore },
  () =>
    inFolder(async (directory) => {
      assert.match(`${commit}`, /^[0-9a-f]{40}(\+changes)?$/);
      await train({ directory, stopAfter: 4 });
      const path = `${directory}/training/state.json`;
      const commits = async () => JSON.parse(await Deno.readTextFile(path)).commits;
      assert.deepEqual(await commits(), [commit]);
      const before = "0".repeat(40);
      const state = edited(
        await Deno.readFile(path),
        /"commits":\[[^\]]*/,
        `"commits":["${before}"`,
      );
      await Deno.writeFile(path, state);
      const lines: string[] = [];
      const told = () => new Progress({ view: new LogView((line) => lines.push(line)) });
      await train({ directory, resume: true, stopAfter: 1, progress: told() });
      const line = `The training in ${directory} was at commit ${before} of Illume, and goes on ` +
        `at ${commit}\n`;
      assert.equal(lines[0], line);
      assert.deepEqual(await commits(), [before, commit]);
      await train({ directory, resume: true, progress: told() });
      assert.equal(lines.filter((other) => other === line).length, 1);
    }),
);

Deno.test("a training of an earlier version says so", () =>
  inFolder(async (directory) => {
    await train({ directory, stopAfter: 4 });
    const path = `${directory}/training/state.json`;
    const version1 = edited(await Deno.readFile(path), /"version":2/, '"version":1');
    await Deno.writeFile(path, version1);
    await refuses({ directory }, /version 2 .*state\.json, but found version 1, which an earlier/);
  }));

Deno.test("the commit is the same where git may not be run", { ignore }, async () => {
  const code = 'import { commitAtWork } from "./lib/training/commit.ts";' +
    "console.log(await commitAtWork());";
  const root = new URL("..", import.meta.url);
  const said = async (...permissions: string[]) => {
    const args = ["run", "--no-check", "--no-prompt", ...permissions, "-"];
    const child = new Deno.Command(Deno.execPath(), {
      args,
      cwd: root,
      stdin: "piped",
      stdout: "piped",
    })
      .spawn();
    const writer = child.stdin.getWriter();
    await writer.write(new TextEncoder().encode(code));
    await writer.close();
    return new TextDecoder().decode((await child.output()).stdout).trim();
  };
  assert.equal(await said("--allow-read"), commit!.slice(0, 40));
  assert.equal(await said(), "undefined");
});
