/** Prints by how many bytes a process grows while steps are compiled, and while they are taken. */
import { openDevice, StateStore } from "../lib/runtime/mod.ts";
import { lineInputs, lineStep } from "./line.ts";

const device = await openDevice("cpu", { threads: 1 });

async function compileAndRun(times: number): Promise<number> {
  for (let i = 0; i < times; i++) {
    using store = new StateStore(device);
    using step = await lineStep(device, store);
    await step.run(lineInputs("batch", 1), { step: 1, rate: 0.1 });
  }
  return Deno.memoryUsage().rss;
}
const compiled = await compileAndRun(300); // the library keeps what it first needs
const compiling = await compileAndRun(200) - compiled;

using store = new StateStore(device);
using step = await lineStep(device, store);
async function run(times: number): Promise<number> {
  for (let i = 1; i <= times; i++) {
    await step.run(lineInputs("batch", i), { step: i, rate: 0.01 });
  }
  return Deno.memoryUsage().rss;
}
const before = await run(500);
const stepping = await run(2000) - before;
console.log(JSON.stringify({ compiling, stepping }));
