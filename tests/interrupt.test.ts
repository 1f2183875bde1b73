import { deepEqual, equal, match } from "node:assert/strict";

const interrupt = new URL("../examples/interrupt.ts", import.meta.url);

/** Waits for Ctrl-C, and says once that it came; nothing ends it but a second press. */
const PROGRAM = `
  import { stopOnInterrupt } from ${JSON.stringify(interrupt.href)};
  const signal = stopOnInterrupt("--resume");
  signal.addEventListener("abort", () => console.log(signal.reason.message));
  setInterval(() => {}, 1000);
  console.log("ready");
`;

Deno.test("signals of one press of Ctrl-C stop a run, a second press ends it", async () => {
  await using child = new Deno.Command(Deno.execPath(), {
    args: ["eval", PROGRAM],
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const lines = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
  const pause = (milliseconds: number) =>
    new Promise((resolve) => setTimeout(resolve, milliseconds));

  equal((await lines.read()).value, "ready\n");
  child.kill("SIGINT");
  await pause(50);
  child.kill("SIGINT");
  equal((await lines.read()).value, "stopped; continue with --resume\n");
  await pause(1000);
  child.kill("SIGINT");
  deepEqual(await lines.read(), { done: true, value: undefined });
  equal((await child.status).code, 130);
  match(await new Response(child.stderr).text(), /^\nstopping after this step\n$/);
});
