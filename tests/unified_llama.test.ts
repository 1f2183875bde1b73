/** Llama-shaped models of random weights, against `transformers` (tests/oracles/llama.py). */
import assert from "node:assert/strict";
import { gradient, input, ops, type Tensor } from "../lib/graph/mod.ts";
import { decodeSafetensors } from "../lib/files/mod.ts";
import { linear, meanAll, Scope, type TransformerConfig } from "../lib/nn/mod.ts";
import { openDevice } from "../lib/runtime/mod.ts";
import { contextualize, fromStart } from "../lib/unified/language_model.ts";
import { runGraph } from "./run_graph.ts";

interface Expected {
  readonly inputIds: number[][];
  readonly logits: number[][][];
  readonly loss: number;
}

for (const fixture of ["llama", "llama_mha"]) {
  Deno.test(`${fixture}: logits, loss and every gradient are those of transformers`, async () => {
    const folder = new URL(`./fixtures/${fixture}/`, import.meta.url).pathname;
    const file = JSON.parse(await Deno.readTextFile(`${folder}config.json`));
    const expected: Expected = JSON.parse(await Deno.readTextFile(`${folder}io.json`));
    const { tensors: weights } = decodeSafetensors(`${folder}model.safetensors`);
    const { tensors: gradients } = decodeSafetensors(`${folder}gradients.safetensors`);

    const [batch, tokens] = [expected.inputIds.length, expected.inputIds[0].length];
    const ids = Int32Array.from(expected.inputIds.flat());
    const scope = new Scope();
    const logits = llama(scope, batch, tokens, file);
    const predicting = ops.slice(logits, { axis: 1, start: 0, end: tokens - 1 });
    const loss = meanAll(ops.crossEntropy(
      ops.reshape(predicting, { shape: [batch * (tokens - 1), file.vocab_size] }),
      input("labels", "int32", [batch * (tokens - 1)]),
    ));
    const specs = scope.specs();
    assert.deepEqual(specs.map(({ name }) => name).sort(), [...weights.keys()].sort());
    for (const { name, shape } of specs) assert.deepEqual(shape, weights.get(name)!.shape, name);

    const derivatives = gradient(loss, specs.map(({ name }) => scope.tensor(name)));
    using device = await openDevice("cpu", { threads: 1 });
    const found = await runGraph(device, {
      logits,
      loss,
      ...Object.fromEntries(specs.map(({ name }, i) => [`gradient ${name}`, derivatives[i]])),
    }, {
      ids,
      labels: ids.filter((_, i) => i % tokens > 0),
      ...Object.fromEntries(specs.map(({ name }) => [name, weights.get(name)!.data])),
    });

    near(found.logits, expected.logits.flat(2), 1e-4, "logits");
    near(found.loss, [expected.loss], 1e-5, "loss");
    for (const { name } of specs) {
      near(found[`gradient ${name}`], gradients.get(name)!.data, 1e-5, `gradient of ${name}`);
    }
  });
}

/** `[batch, tokens]` ids to `[batch, tokens, vocabulary]` logits, named as Hugging Face does. */
function llama(
  scope: Scope,
  batch: number,
  tokens: number,
  file: Record<string, number>,
): Tensor {
  const config: TransformerConfig = {
    hiddenSize: file.hidden_size,
    layers: file.num_hidden_layers,
    heads: file.num_attention_heads,
    keyValueHeads: file.num_key_value_heads,
    intermediateSize: file.intermediate_size,
    queryKeyNorm: false,
  };
  const ids = input("ids", "int32", [batch, tokens]);
  const shape = [file.vocab_size, file.hidden_size];
  const table = scope.at("model").at("embed_tokens")
    .parameter("weight", shape, { kind: "constant", value: 0 });
  const context = fromStart(batch, tokens, config);
  const hidden = contextualize(scope, ops.gather(table, ids), config, context);
  return linear(scope.at("lm_head"), hidden, file.vocab_size);
}

function near(
  found: ArrayLike<number>,
  expected: ArrayLike<number>,
  tolerance: number,
  what: string,
): void {
  assert.equal(found.length, expected.length, what);
  const worst = Array.from(expected, (x, i) => Math.abs(x - found[i]))
    .reduce((a, b) => Math.max(a, b), 0);
  assert.ok(worst <= tolerance, `${what}: ${worst} apart`);
}
