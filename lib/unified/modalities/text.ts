/** Words: a row each, learned by cross-entropy. */
import { table } from "../../nn/mod.ts";
import type { Modality } from "../modality.ts";
import type { Row } from "../row.ts";
import type { Vocabulary } from "../vocabulary.ts";

/** How an answer in words is said. */
export interface TextOptions {
  /** Words and parts of words, at most. */
  readonly longest: number;
  /** The answers that may be given, as ids; anything where absent. */
  readonly choices?: readonly (readonly number[])[];
}

export interface TextModality extends Modality<string> {
  /** Says words up to `<eos>`, or as many as may be; gives their ids. */
  generate(row: Row, options: TextOptions): Generator<void, number[]>;
}

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
    *generate(row, { longest, choices }) {
      const ids: number[] = [];
      while (ids.length < longest) {
        yield;
        const id = row.sample(0, size, (id) => isAllowed(id, ids, { vocabulary, choices }));
        if (id === vocabulary.eos) break;
        ids.push(id);
        row.feed({ id });
      }
      return ids;
    },
  };
}

/** Words and `<eos>` are allowed, and no other special token; among choices, what leads to one. */
function isAllowed(
  id: number,
  said: readonly number[],
  { vocabulary, choices }: {
    readonly vocabulary: Vocabulary;
    readonly choices?: readonly (readonly number[])[];
  },
): boolean {
  if (choices === undefined) return id === vocabulary.eos || !vocabulary.isSpecial(id);
  return choices.some((choice) =>
    said.every((id, i) => choice[i] === id) && (choice[said.length] ?? vocabulary.eos) === id
  );
}
