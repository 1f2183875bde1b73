/** One causal language model over text and pictures. */
export { checkSampling } from "./check_sampling.ts";
export { drawnTokens, UnifiedConfig } from "./config.ts";
export { SPECIAL_TOKENS, Vocabulary } from "./vocabulary.ts";
export { conversation, prompt, type Segment, type Sequence, type Turn } from "./sequence.ts";
export { batchOf, type BatchShape, fits, partsOfBatch } from "./batch.ts";
export { ADAPTER, nextTokenLosses, VISION_EMBEDDINGS, VISION_HEAD } from "./language_model.ts";
export { Likelihood } from "./likelihood.ts";
export { type GenerationOptions, type GenerationShape, Generator } from "./generation.ts";
export type { Sampling } from "./sampling.ts";
