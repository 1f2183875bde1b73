/** How sure a model is of what it says. */
import { AXES } from "../assessment/assessment.ts";
import type { Vocabulary } from "../unified/mod.ts";

/**
 * The probability that a model gives to a picture being right in all: the product, over the axes that
 * it assesses, of the probability of "ten" where it writes the score.
 */
export class Confidence {
  readonly #axes: ReadonlySet<number>;
  readonly #ten: number;
  /** Of each prompt and token of its answer, the probability of "ten". */
  readonly #probabilities: number[][] = [];

  constructor(vocabulary: Vocabulary) {
    const id = (word: string) => vocabulary.encodeText(word)[0];
    this.#axes = new Set(AXES.map(id));
    this.#ten = id("ten");
  }

  /** Looks at the logits before the next token of a prompt's answer. */
  observe(prompt: number, logits: Float32Array): void {
    const largest = logits.reduce((a, b) => Math.max(a, b));
    const total = logits.reduce((sum, x) => sum + Math.exp(x - largest), 0);
    (this.#probabilities[prompt] ??= []).push(Math.exp(logits[this.#ten] - largest) / total);
  }

  /** From 0 to 1; 0 where the answer has no axis. */
  of(prompt: number, answer: readonly number[]): number {
    const scores = answer.flatMap((_, i) =>
      i > 0 && this.#axes.has(answer[i - 1]) ? [this.#probabilities[prompt][i]] : []
    );
    return scores.length === 0 ? 0 : scores.reduce((a, b) => a * b);
  }
}
