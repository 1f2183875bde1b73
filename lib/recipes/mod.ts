/** ILLUME, MetaMorph and DreamLLM, their stages and files, and what a model makes of its own pictures. */
export { type CaptionedDocuments, captionedDocuments } from "./captioned_documents.ts";
export type { Drawn } from "./drawn.ts";
export { type DrawnPicture, Illume, ILLUME_STAGES, illumeStages } from "./illume.ts";
export {
  DreamLLM,
  DREAMLLM_STAGES,
  dreamllmModalities,
  dreamllmStages,
  type DreamtPicture,
  QUERIES_OF,
} from "./dreamllm.ts";
export { LANGUAGE_MODEL_PRESETS } from "./language_models.ts";
export type { Preset } from "../vision/mod.ts";
export { type DocumentStory, interleavedDocuments, storyOf } from "./interleaved_documents.ts";
export { captionTokenizer, OWN_TOKENIZER_PRESETS, ownPicturesPlan } from "./own_pictures.ts";
export type { LoadOptions, RecipeName } from "./model_files.ts";
export {
  MetaMorph,
  METAMORPH_STAGES,
  metamorphModalities,
  metamorphStages,
  type MorphedPicture,
} from "./metamorph.ts";
export type { BegunStory, Composed, ComposeOptions } from "./composing.ts";
export type { SamplingOptions } from "./hands.ts";
export { type DrawOptions, type FrameToDraw, PictureModel } from "./picture_model.ts";
export type { AskedThought } from "./thinking.ts";
export { cosinesByPosition, type PredictedTokens, predictTokens } from "./predicted_tokens.ts";
export {
  type Begun,
  type Recipe,
  type RecipeParts,
  type RecipePlan,
  type RecipeSources,
  shortenedPlan,
} from "./recipe.ts";
export { loadModel, type RecipeModel, RECIPES } from "./recipes.ts";
export {
  type AskedCaptions,
  type AssessedDrawing,
  type Drawings,
  type Kept,
  readDrawings,
  selfGenerate,
  type SelfGenerationOptions,
} from "./self_generation.ts";
export {
  enhancementBudget,
  type EnhancementOptions,
  enhancementStage,
} from "./self_enhancement.ts";
export {
  type Answered,
  type AnsweredThought,
  ask,
  ASKED_FRAMES,
  type AskedFrame,
  CAPTION_DROP,
  type ComposedPart,
  documents,
  PROMPT_WORDS,
  withCaption,
  withoutCaption,
} from "./wording.ts";
