/** Likelihoods of answers against the logits before each token, one token at a time. */
import assert from "node:assert/strict";
import { input, ops, toOnnx } from "../lib/graph/mod.ts";
import { Scope } from "../lib/nn/mod.ts";
import { openDevice, Program, Random, type StateStore } from "../lib/runtime/mod.ts";
import { contextualize, embed, fromStart, logitsOf } from "../lib/unified/language_model.ts";
import { batchOf, conversation, Likelihood, prompt, type Sequence } from "../lib/unified/mod.ts";
import {
  TINY_CONFIG,
  TINY_VOCABULARY,
  tinyDrawing,
  tinyPicture,
  tinyStore,
  tinyText,
} from "./tiny_model.ts";

const SHAPE = { batch: 3, length: 40, learned: 14, pictures: 1 };
const { pictureTokens, hiddenSize } = TINY_CONFIG;
const vocabulary = TINY_VOCABULARY;
const device = await openDevice("cpu", { threads: 1 });

/** Conversations of one and two turns, that read, write and draw. */
function conversations(count: number): Sequence[] {
  const random = new Random(7, "conversations");
  return Array.from({ length: count }, (_, i) => {
    const answer = i % 3 === 0 ? tinyDrawing(random) : tinyText(random, 1 + i % 3);
    const first = { ask: [tinyPicture(random), tinyText(random, 1 + i % 2)], answer: [answer] };
    const second = { ask: [tinyText(random, 1)], answer: [tinyText(random, 1)] };
    return conversation(i % 2 ? [first, second] : [first], vocabulary, pictureTokens);
  });
}

/** log P of the learned tokens, by the logits after each beginning of the sequence alone. */
async function byHand(sequence: Sequence, store: StateStore): Promise<number> {
  let sum = 0;
  for (const [i, id] of sequence.ids.entries()) {
    if (!sequence.learned[i]) continue;
    const begun = { ...sequence, ids: sequence.ids.slice(0, i), learned: Array(i).fill(false) };
    const shape = { batch: 1, length: i, learned: 1, pictures: 1 };
    const { ids, places, features } = batchOf([begun], shape, vocabulary, TINY_CONFIG);
    const scope = new Scope();
    const embedded = embed(
      scope,
      {
        ids: input("ids", "int32", [1, i]),
        places: input("places", "int32", [1, i]),
        features: input("features", "float32", [pictureTokens, TINY_CONFIG.featureSize]),
      },
      TINY_CONFIG,
    );
    const hidden = contextualize(scope, embedded, TINY_CONFIG, fromStart(1, i, TINY_CONFIG));
    const last = ops.slice(ops.reshape(hidden, { shape: [i, hiddenSize] }), {
      axis: 0,
      start: i - 1,
      end: i,
    });
    const logits = logitsOf(scope, last, TINY_CONFIG);
    using program = await Program.compile(device, toOnnx({ logits }), store);
    const found = (await program.run({ ids, places, features })).logits as Float32Array;
    const total = found.reduce((total, x) => total + Math.exp(x), 0);
    sum += found[id] - Math.log(total);
  }
  return sum;
}

Deno.test("a likelihood is the product over the answers' tokens, in batches of any filling", async () => {
  using store = tinyStore(device);
  using likelihood = await Likelihood.compile({
    device,
    store,
    config: TINY_CONFIG,
    vocabulary,
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
  const unanswered = prompt([{ kind: "text", text: "draw a cat" }], vocabulary, pictureTokens);
  assert.equal(Math.abs((await likelihood.of([unanswered]))[0]), 0);
  const random = new Random(1, "long");
  const long = conversation(
    [{ ask: [tinyText(random, 60)], answer: [] }],
    vocabulary,
    pictureTokens,
  );
  await assert.rejects(() => likelihood.of([long]), /Expected at most 3 sequences of 40 tokens/);
});
