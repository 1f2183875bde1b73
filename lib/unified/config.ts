/** The sizes of a unified model's language model. */
import { type Schema, z } from "../packages/zod.ts";
import type { TransformerConfig } from "../nn/mod.ts";

const size = z.int().positive();

/** The sizes of the transformer, and how it knows where rows stand. */
export interface LanguageModelConfig extends TransformerConfig {
  /** Whether a row is told which one stands before it. */
  readonly tokenShift: boolean;
  /** Places that rows may stand in and that have embeddings; 0 for none. */
  readonly places: number;
  /** Rows, and columns, of a picture: the first grid² places are theirs. 0 where none are. */
  readonly grid: number;
}

/** For schemas that hold the configuration of a language model. */
export const languageModelSchema: z.ZodType<LanguageModelConfig> = z.strictObject({
  hiddenSize: size,
  layers: size,
  heads: size,
  keyValueHeads: size,
  intermediateSize: size,
  queryKeyNorm: z.boolean(),
  /** Whether a row is told which one stands before it (`embedding.ts`). */
  tokenShift: z.boolean(),
  /** Places that rows may stand in and that have embeddings (`embedding.ts`); 0 for none. */
  places: z.int().nonnegative(),
  /** Rows, and columns, of a picture: the first grid² places are theirs. 0 where none are. */
  grid: z.int().nonnegative(),
}).refine(({ places, grid }) => grid ** 2 <= places, {
  path: ["grid"],
  error: "Expected places for all rows and columns of the grid",
}).refine((c) => c.hiddenSize % c.heads === 0 && c.heads % c.keyValueHeads === 0, {
  error: "Expected hiddenSize to be a multiple of heads, and heads of keyValueHeads",
});

/** Checks the configuration of a language model. */
export const LanguageModelConfig: Schema<LanguageModelConfig> = languageModelSchema;
