/**
 * The benchmark's GPT in TensorFlow.js on its WebAssembly backend.
 *
 * usage: deno run --config tests/peers/deno.json --allow-read \
 *          tests/peers/tfjs_peer.ts gpt START [THREADS]
 */
import * as tf from "@tensorflow/tfjs";
import { ADAMW, answer, EPSILON, HEADS, LAYERS, readStart, type Start, THREADS } from "./peer.ts";
import { openBackend } from "./tfjs_threads.ts";

type Weights = Record<string, tf.Variable>;

/** An op with its own gradient; `save` keeps what that needs, and is called once. */
function custom(
  inputs: tf.Tensor[],
  value: (save: (...tensors: tf.Tensor[]) => void) => tf.Tensor,
  gradient: (dy: tf.Tensor, saved: tf.Tensor[]) => tf.Tensor[],
): tf.Tensor {
  const op = tf.customGrad((...args) => {
    const save = args.at(-1) as tf.GradSaveFunc;
    return {
      value: tf.tidy(() => value((...tensors) => save(tensors))),
      gradFunc: (dy: tf.Tensor, saved: tf.Tensor[]) => tf.tidy(() => gradient(dy, saved)),
    };
  });
  return op(...inputs);
}

/** The backend is fast at products of two matrices, none of them transposed on the way. */
function product(a: tf.Tensor, b: tf.Tensor): tf.Tensor {
  return custom(
    [a, b],
    (save) => {
      save(a, b);
      return tf.matMul(a, b);
    },
    (dy, [a, b]) => [tf.matMul(dy, tf.transpose(b)), tf.matMul(tf.transpose(a), dy)],
  );
}

/**
 * softmax(q·kᵀ·scale + unseen)·v of all q, k and v, `[batch, 3·heads, context, size]`. The backend is
 * slow at products of batches, and thus each head has tensors of its own.
 */
function attend(states: tf.Tensor, unseen: tf.Tensor): tf.Tensor {
  const [batch, , context, size] = states.shape;
  const scale = size ** -0.5;
  return custom(
    [states],
    (save) => {
      const kept: tf.Tensor[] = [];
      const mixed = tf.split(states, batch).flatMap((row) => {
        const all = tf.unstack(tf.squeeze(row, [0]));
        return Array.from({ length: HEADS }, (_, i) => {
          const [q, k, v] = [tf.mul(all[i], scale), all[i + HEADS], all[i + 2 * HEADS]];
          const shares = tf.softmax(tf.add(tf.matMul(q, tf.transpose(k)), unseen));
          kept.push(q, k, v, shares);
          return tf.matMul(shares, v);
        });
      });
      save(...kept);
      return tf.reshape(tf.stack(mixed), [batch, HEADS, context, size]);
    },
    (dy, saved) => {
      const gradients = tf.split(dy, batch).flatMap((row, batchIndex) => {
        const all = tf.unstack(tf.squeeze(row, [0])).map((dy, i) => {
          const at = 4 * (batchIndex * HEADS + i);
          const [q, k, v, shares] = saved.slice(at, at + 4);
          return tf.tidy(() => {
            const dShares = tf.mul(tf.matMul(dy, tf.transpose(v)), shares);
            const dScores = tf.sub(dShares, tf.mul(shares, tf.sum(dShares, -1, true)));
            return [
              tf.mul(tf.matMul(dScores, k), scale),
              tf.matMul(tf.transpose(dScores), q),
              tf.matMul(tf.transpose(shares), dy),
            ];
          });
        });
        return [0, 1, 2].flatMap((part) => all.map((gradients) => gradients[part]));
      });
      return [tf.reshape(tf.stack(gradients), states.shape)];
    },
  );
}

/** Rows of a table; its gradient adds up theirs. */
function embed(table: tf.Tensor, ids: tf.Tensor1D): tf.Tensor {
  return custom(
    [table],
    () => tf.gather(table, ids),
    (dy) => [tf.scatterND(tf.expandDims(ids, 1), dy, table.shape)],
  );
}

/** The mean of −log softmax at the labels; the largest share is exp(largest logit)/Σ exp(logit). */
function crossEntropy(logits: tf.Tensor, labels: tf.Tensor1D): tf.Scalar {
  const [rows, classes] = logits.shape;
  return custom(
    [logits],
    (save) => {
      const shares = tf.softmax(logits);
      const isLabel = tf.cast(tf.oneHot(labels, classes), "float32");
      save(shares, isLabel);
      const logTotal = tf.sub(tf.max(logits, 1), tf.log(tf.max(shares, 1)));
      return tf.mean(tf.sub(logTotal, tf.sum(tf.mul(logits, isLabel), 1)));
    },
    (dy, [shares, isLabel]) => [tf.mul(tf.sub(shares, isLabel), tf.div(dy, rows))],
  ) as tf.Scalar;
}

function rmsNorm(weight: tf.Tensor, x: tf.Tensor): tf.Tensor {
  const meanSquare = tf.mean(tf.square(x), -1, true);
  return tf.mul(tf.mul(x, tf.rsqrt(tf.add(meanSquare, EPSILON))), weight);
}

function attention(weights: Weights, at: string, x: tf.Tensor, unseen: tf.Tensor): tf.Tensor {
  const [rows, width] = x.shape;
  const [context, size] = [unseen.shape[0], width / HEADS];
  const states = product(x, weights[`${at}.qkv_proj.weight`]);
  const heads = tf.transpose(tf.reshape(states, [-1, context, 3 * HEADS, size]), [0, 2, 1, 3]);
  const mixed = tf.transpose(attend(heads, unseen), [0, 2, 1, 3]);
  return product(tf.reshape(mixed, [rows, width]), weights[`${at}.o_proj.weight`]);
}

function mlp(weights: Weights, at: string, x: tf.Tensor): tf.Tensor {
  const up = product(x, weights[`${at}.up_proj.weight`]);
  const quickGelu = tf.mul(up, tf.sigmoid(tf.mul(up, 1.702)));
  return product(quickGelu, weights[`${at}.down_proj.weight`]);
}

function loss(weights: Weights, ids: tf.Tensor1D, labels: tf.Tensor1D): tf.Scalar {
  const positions = weights["model.embed_positions.weight"];
  const [context, width] = positions.shape;
  const unseen = tf.mul(tf.sub(1, tf.linalg.bandPart(tf.ones([context, context]), -1, 0)), -1e9);
  const tokens = tf.reshape(
    embed(weights["model.embed_tokens.weight"], ids),
    [-1, context, width],
  );
  let x = tf.reshape(tf.add(tokens, positions), [-1, width]);
  for (let i = 0; i < LAYERS; i++) {
    const at = `model.layers.${i}`;
    const normed = rmsNorm(weights[`${at}.input_layernorm.weight`], x);
    x = tf.add(x, attention(weights, `${at}.self_attn`, normed, unseen));
    const before = rmsNorm(weights[`${at}.post_attention_layernorm.weight`], x);
    x = tf.add(x, mlp(weights, `${at}.mlp`, before));
  }
  const logits = product(rmsNorm(weights["model.norm.weight"], x), weights["lm_head.weight"]);
  return crossEntropy(logits, labels);
}

class AdamW {
  #step = 0;
  readonly #means: Weights = {};
  readonly #squares: Weights = {};

  constructor(readonly weights: Weights) {
    for (const [name, weight] of Object.entries(weights)) {
      this.#means[name] = tf.variable(tf.zerosLike(weight));
      this.#squares[name] = tf.variable(tf.zerosLike(weight));
    }
  }

  update(gradients: tf.NamedTensorMap): void {
    const { beta1, beta2, epsilon, decay } = ADAMW;
    this.#step++;
    const rate = ADAMW.rate / (1 - beta1 ** this.#step);
    const correction = (1 - beta2 ** this.#step) ** -0.5;
    for (const [name, weight] of Object.entries(this.weights)) {
      tf.tidy(() => {
        const gradient = gradients[name];
        const [mean, square] = [this.#means[name], this.#squares[name]];
        mean.assign(tf.add(tf.mul(mean, beta1), tf.mul(gradient, 1 - beta1)));
        square.assign(tf.add(tf.mul(square, beta2), tf.mul(tf.square(gradient), 1 - beta2)));
        const scale = tf.add(tf.mul(tf.sqrt(square), correction / rate), epsilon / rate);
        const kept = weight.rank > 1 ? tf.mul(weight, 1 - ADAMW.rate * decay) : weight;
        weight.assign(tf.sub(kept, tf.div(mean, scale)));
      });
    }
  }
}

/** The parameters, with linear ones as `[in, out]`, and q, k and v of each layer in one matrix. */
function variables({ parameters }: Start): Weights {
  const found: Record<string, tf.Tensor> = {};
  for (const [name, { shape, data }] of parameters) {
    const weight = tf.tensor(data, [...shape]);
    found[name] = /_proj|lm_head/.test(name) ? tf.transpose(weight) : weight;
  }
  for (const name of Object.keys(found).filter((name) => name.includes(".q_proj."))) {
    const parts = ["q", "k", "v"].map((part) => name.replace(".q_proj.", `.${part}_proj.`));
    const joined = name.replace(".q_proj.", ".qkv_proj.");
    found[joined] = tf.concat(parts.map((part) => found[part]), 1);
    for (const part of parts) delete found[part];
  }
  const entries = Object.entries(found);
  return Object.fromEntries(entries.map(([name, x]) => [name, tf.variable(x, true, name)]));
}

await openBackend(THREADS);
tf.enableProdMode();
const start = readStart();
const weights = variables(start);
const ids = tf.tensor1d(start.ids, "int32");
const labels = tf.tensor1d(start.labels, "int32");
const adamW = new AdamW(weights);

await answer(() => {
  const { value, grads } = tf.variableGrads(() => loss(weights, ids, labels));
  adamW.update(grads);
  const result = value.dataSync()[0];
  tf.dispose([value, grads]);
  return Promise.resolve(result);
});
