/** Likelihoods of answers against the logits before each token, one token at a time. */
import assert from "node:assert/strict";
import { text } from "../lib/data/document.ts";
import { openDevice, Random, type StateStore } from "../lib/runtime/mod.ts";
import { Likelihood, type Sequence } from "../lib/unified/mod.ts";
import { fullForward } from "./full_forward.ts";
import {
  TINY,
  TINY_MODEL,
  tinyPicture,
  tinyPrompt,
  tinySequence,
  tinyStore,
  tinyWords,
} from "./tiny_model.ts";

const SHAPE = { batch: 3, length: 40, learned: 14, given: { read: TINY.tokens }, targets: {} };
const device = await openDevice("cpu", { threads: 1 });

/** Conversations of one and two turns, that read, write and draw. */
function conversations(count: number): Sequence[] {
  const random = new Random(7, "conversations");
  return Array.from({ length: count }, (_, i) => {
    const answer = i % 3 === 0 ? tinyPicture(random) : tinyWords(random, 1 + i % 3);
    const first = { ask: [tinyPicture(random), tinyWords(random, 1 + i % 2)], answer: [answer] };
    const second = { ask: [tinyWords(random, 1)], answer: [tinyWords(random, 1)] };
    return tinySequence(i % 2 ? [first, second] : [first]);
  });
}

/** log P of the learned tokens, by the logits after each beginning of the sequence alone. */
async function byHand({ rows }: Sequence, store: StateStore): Promise<number> {
  let sum = 0;
  for (const [i, { id, learned }] of rows.entries()) {
    if (!learned) continue;
    const heard = await fullForward(device, store, TINY_MODEL, [{ rows: rows.slice(0, i) }]);
    const logits = heard("logits", 0, i - 1);
    const total = logits.reduce((total, x) => total + Math.exp(x), 0);
    sum += logits[id] - Math.log(total);
  }
  return sum;
}

Deno.test("a likelihood is the product over the answers' tokens, in batches of any filling", async () => {
  using store = tinyStore(device);
  using likelihood = await Likelihood.compile({
    device,
    store,
    model: TINY_MODEL,
    shape: SHAPE,
    seed: 0,
  });
  const asked = conversations(5);
  const found = await likelihood.of(asked);
  assert.equal(found.length, 5);
  for (const [i, sequence] of asked.entries()) {
    const expected = await byHand(sequence, store);
    assert.ok(expected < -1);
    assert.ok(Math.abs(found[i] - expected) < 1e-4, `${found[i]} and ${expected}`);
  }
  assert.deepEqual(await likelihood.of([]), []);
  const unanswered = tinyPrompt([text("draw a cat")]);
  assert.equal(Math.abs((await likelihood.of([unanswered]))[0]), 0);
  const long = tinySequence([{ ask: [tinyWords(new Random(1, "long"), 60)], answer: [] }]);
  await assert.rejects(() => likelihood.of([long]), {
    name: "RangeError",
    message: `Expected at most 40 rows in each, but found ${long.rows.length}`,
  });
});
