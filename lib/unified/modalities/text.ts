/** Words: a row each, learned by cross-entropy. */
import { table } from "../../nn/mod.ts";
import type { Modality } from "../modality.ts";
import type { Row } from "../row.ts";
import type { Vocabulary } from "../vocabulary.ts";

/** How an answer in words is said. */
export interface TextOptions {
  /** Words and parts of words, at most. */
  readonly longest: number;
  /** What may be said; anything where absent. */
  readonly choices?: Choices;
  /** The ids that end it; default `<eos>`. */
  readonly ends?: readonly number[];
  /** Told all ids so far, as they are said. */
  readonly tell?: (ids: readonly number[]) => void;
}

/** What was said, and which id ended it: none where it was as long as may be. */
export interface SaidText {
  /** Without the one that ended it. */
  readonly ids: readonly number[];
  /** Such as that of `<eos>`. */
  readonly end?: number;
}

/** Words: how they enter, and how they are said. */
export interface TextModality extends Modality<string> {
  /** Says words up to an end, or as many as may be. */
  generate(row: Row, options: TextOptions): Generator<void, SaidText>;
  /**
   * log P(ids), the natural logarithm, of saying them and no more, where nothing may be said but one
   * of each list of choices.
   */
  logLikelihood(
    row: Row,
    options: { readonly ids: readonly number[]; readonly choices: Choices },
  ): Generator<void, number>;
}

/** What may be said, as ids: one of each list, one after the other. */
export type Choices = readonly (readonly (readonly number[])[])[];

/** The words of a vocabulary. */
export function textModality(vocabulary: Vocabulary, hiddenSize: number): TextModality {
  const { size } = vocabulary.text;
  return {
    name: "text",
    tokens: {
      size,
      embeddings: (root) => table(root.at("model").at("embed_tokens"), size, hiddenSize, 0.5),
      head: (root) => table(root.at("lm_head"), size, hiddenSize, 1 / Math.sqrt(hiddenSize)),
    },
    write(writer, text, learned) {
      for (const id of vocabulary.encodeText(text)) writer.token(id, { learned });
    },
    *generate(row, { longest, choices, ends = [vocabulary.eos], tell }) {
      const ids: number[] = [];
      while (ids.length < longest) {
        yield;
        const next = choices && leadingTo(choices, ids, vocabulary.eos);
        const id = row.sample(
          0,
          size,
          (id) => next ? next.has(id) : ends.includes(id) || !vocabulary.isSpecial(id),
        );
        if (ends.includes(id)) return { ids, end: id };
        ids.push(id);
        tell?.(ids);
        row.feed({ id });
      }
      return { ids };
    },
    *logLikelihood(row, { ids, choices }) {
      let sum = 0;
      for (const [i, id] of [...ids, vocabulary.eos].entries()) {
        yield;
        const next = leadingTo(choices, ids.slice(0, i), vocabulary.eos);
        sum += row.logLikelihood(id, 0, size, (id) => next.has(id));
        row.feed({ id });
      }
      return sum;
    },
  };
}

/** The ids that go on with one of each choice, after what was said; `end` where nothing is left to say. */
function leadingTo(
  choices: Choices,
  said: readonly number[],
  end: number,
): ReadonlySet<number> {
  if (choices.length === 0) return new Set(said.length === 0 ? [end] : []);
  const [now, ...later] = choices;
  const ids = new Set<number>();
  for (const choice of now) {
    const shared = Math.min(choice.length, said.length);
    if (choice.slice(0, shared).some((id, i) => id !== said[i])) continue;
    if (shared < choice.length) ids.add(choice[shared]);
    else for (const id of leadingTo(later, said.slice(shared), end)) ids.add(id);
  }
  return ids;
}
