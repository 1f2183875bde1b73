/**
 * The benchmark's GPT in jax-js on its WebAssembly backend.
 *
 * usage: deno run --config tests/peers/deno.json --allow-read \
 *          tests/peers/jax_peer.ts gpt START [THREADS]
 */
import "./jax_threads.ts";
import { blockUntilReady, init, jit, lax, nn, numpy as np, tree, valueAndGrad } from "@jax-js/jax";
import { ADAMW, answer, EPSILON, HEADS, LAYERS, readStart } from "./peer.ts";

type Weights = Record<string, np.Array>;

/** Functions own their arguments, and here all weights, each used once. */
function loss(weights: Weights, ids: np.Array, labels: np.Array): np.Array {
  const positions = weights["model.embed_positions.weight"];
  const [context, width] = positions.shape;
  const tokens = np.take(weights["model.embed_tokens.weight"], ids.reshape([-1, context]), 0);
  let x = tokens.add(positions).reshape([-1, width]);
  for (let i = 0; i < LAYERS; i++) {
    const at = `model.layers.${i}`;
    const normed = rmsNorm(weights[`${at}.input_layernorm.weight`], x.ref);
    x = x.add(attention(weights, `${at}.self_attn`, normed, context));
    const before = rmsNorm(weights[`${at}.post_attention_layernorm.weight`], x.ref);
    x = x.add(mlp(weights, `${at}.mlp`, before));
  }
  const logits = linear(weights["lm_head.weight"], rmsNorm(weights["model.norm.weight"], x));
  return crossEntropy(logits, labels);
}

function rmsNorm(weight: np.Array, x: np.Array): np.Array {
  const meanSquare = np.mean(np.square(x.ref), -1, { keepdims: true });
  return x.div(np.sqrt(meanSquare.add(EPSILON))).mul(weight);
}

function linear(weight: np.Array, x: np.Array): np.Array {
  return np.dot(x, weight.transpose());
}

/** Scores pass memory fewer times than in `nn.dotProductAttention`: the mixed values are divided. */
function attention(weights: Weights, at: string, x: np.Array, context: number): np.Array {
  const [rows, width] = x.shape;
  const [q, k, v] = ["q", "k", "v"].map((name) =>
    linear(weights[`${at}.${name}_proj.weight`], x.ref)
      .reshape([-1, context, HEADS, width / HEADS])
      .transpose([0, 2, 1, 3])
  );
  x.dispose();
  const scores = np.matmul(q.mul((width / HEADS) ** -0.5), k.transpose([0, 1, 3, 2]));
  const seen = np.where(np.tri(context, context, 0, { dtype: np.bool }), scores, -Infinity);
  const largest = lax.stopGradient(np.max(seen.ref, -1, { keepdims: true }));
  const shares = np.exp(seen.sub(largest));
  const total = np.sum(shares.ref, -1, { keepdims: true });
  const mixed = np.matmul(shares, v).div(total).transpose([0, 2, 1, 3]).reshape([rows, width]);
  return linear(weights[`${at}.o_proj.weight`], mixed);
}

function mlp(weights: Weights, at: string, x: np.Array): np.Array {
  const up = linear(weights[`${at}.up_proj.weight`], x);
  const quickGelu = up.ref.mul(nn.sigmoid(up.mul(1.702)));
  return linear(weights[`${at}.down_proj.weight`], quickGelu);
}

function crossEntropy(logits: np.Array, labels: np.Array): np.Array {
  const classes = np.arange(logits.shape[1]).astype(np.int32);
  const isLabel = np.equal(labels.reshape([-1, 1]), classes);
  const picked = np.sum(np.where(isLabel, logits.ref, 0), -1);
  return np.mean(nn.logsumexp(logits, -1).sub(picked));
}

type State = { weights: Weights; means: Weights; squares: Weights };

/** A step of AdamW. `rate` and `correction` hold the step's corrections of the moments' bias. */
const train = jit((
  { weights, means, squares }: State,
  ids: np.Array,
  labels: np.Array,
  rate: np.Array,
  correction: np.Array,
): [np.Array, State] => {
  const { beta1, beta2, epsilon, decay } = ADAMW;
  const [value, gradients] = valueAndGrad(loss)(tree.ref(weights), ids, labels);
  const next: State = { weights: {}, means: {}, squares: {} };
  for (const [name, weight] of Object.entries(weights)) {
    const gradient = gradients[name];
    const kept = weight.ndim > 1 ? 1 - ADAMW.rate * decay : 1;
    const mean = means[name].mul(beta1).add(gradient.ref.mul(1 - beta1));
    const square = squares[name].mul(beta2).add(np.square(gradient).mul(1 - beta2));
    const scale = np.sqrt(square.ref).mul(correction.ref).add(epsilon);
    next.weights[name] = weight.mul(kept).sub(mean.ref.mul(rate.ref).div(scale));
    next.means[name] = mean;
    next.squares[name] = square;
  }
  rate.dispose();
  correction.dispose();
  return [value, next];
});

await init("wasm");
const start = readStart();
const array = (values: Int32Array<ArrayBuffer>) => np.array(values, { dtype: np.int32 });
const ids = array(start.ids);
const labels = array(start.labels);
const state: State = { weights: {}, means: {}, squares: {} };
for (const [name, { shape, data }] of start.parameters) {
  state.weights[name] = np.array(Float32Array.from(data), { shape: [...shape] });
  state.means[name] = np.zeros([...shape]);
  state.squares[name] = np.zeros([...shape]);
}

let step = 0;
await answer(async () => {
  step++;
  const rate = np.array(ADAMW.rate / (1 - ADAMW.beta1 ** step));
  const correction = np.array((1 - ADAMW.beta2 ** step) ** -0.5);
  const [value, next] = train(state, ids.ref, labels.ref, rate, correction);
  Object.assign(state, next);
  await blockUntilReady(next);
  return (await value.data())[0];
});
