/** Signals stop a run once, and end it the second time. */
import { deepEqual, equal, match } from "node:assert/strict";

const interrupt = new URL("../examples/interrupt.ts", import.meta.url);

/** Waits to be stopped, and says once that it was; nothing ends it but to be told a second time. */
const PROGRAM = `
  import { stopOnInterrupt } from ${JSON.stringify(interrupt.href)};
  const signal = stopOnInterrupt("--resume");
  signal.addEventListener("abort", () => console.log(signal.reason.message, signal.reason.exitCode));
  setInterval(() => {}, 1000);
  console.log("ready");
`;

const pause = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));

for (const [signal, code] of [["SIGINT", 130], ["SIGTERM", 143]] as const) {
  Deno.test(`${signal} stops a run, as often as it comes at once; a second one ends it`, async () => {
    await using child = new Deno.Command(Deno.execPath(), {
      args: ["eval", PROGRAM],
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    const lines = child.stdout.pipeThrough(new TextDecoderStream()).getReader();

    equal((await lines.read()).value, "ready\n");
    child.kill(signal);
    await pause(50);
    child.kill(signal);
    equal((await lines.read()).value, `stopped; continue with --resume ${code}\n`);
    await pause(1000);
    child.kill(signal);
    deepEqual(await lines.read(), { done: true, value: undefined });
    equal((await child.status).code, code);
    match(await new Response(child.stderr).text(), /^\nstopping after this step\n$/);
  });
}

/** Shows progress and is stopped, while no one reads what it says. */
const SHOWING = `
  import { stopOnInterrupt } from ${JSON.stringify(interrupt.href)};
  import { main } from ${JSON.stringify(new URL("../examples/options.ts", import.meta.url).href)};
  import { Progress } from ${JSON.stringify(new URL("../mod.ts", import.meta.url).href)};
  await main(async () => {
    const signal = stopOnInterrupt("--resume");
    const progress = new Progress();
    progress.stage("reading", 1e9);
    console.log("ready");
    for (;;) {
      progress.stage("reading", 1e9);
      signal.throwIfAborted();
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  });
`;

Deno.test("a run whose terminal is closed stops as it should", async () => {
  await using child = new Deno.Command(Deno.execPath(), {
    args: ["eval", SHOWING],
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const lines = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
  equal((await lines.read()).value, "ready\n");
  await child.stderr.cancel();
  await pause(200);
  child.kill("SIGHUP");
  equal((await child.status).code, 129);
  await lines.cancel();
});
