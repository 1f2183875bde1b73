/** Three kills of a small training; `benchmarks/kill.ts` does fifty. */
import assert from "node:assert/strict";
import { killAndCompare } from "../benchmarks/kill.ts";

Deno.test("a training that is killed, during a write too, goes on and ends in the same bits", async () => {
  const { kills, duringWrites, compared } = await killAndCompare({ kills: 3, seed: 1, share: 0.1 });
  assert.equal(kills, 3);
  assert.ok(duringWrites > 0 && compared > 0);
});
