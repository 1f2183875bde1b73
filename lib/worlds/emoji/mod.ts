/**
 * The emoji world: scenes with captions, questions, edits and exact truth; the language that models
 * of it speak, what they learn from, a parser, a judge, and what only such scenes can measure.
 */
export { type Background, type Rgb, type Style, type World, worldOf, WORLDS } from "./world.ts";
export type { Scene, SceneObject } from "./scene.ts";
export { type Edit, EDIT_KINDS, type EditKind } from "./edits.ts";
export {
  type Animation,
  ANIMATIONS,
  askedFrame,
  type FrameQuestion,
  randomAnimation,
} from "./animations.ts";
export type { Question } from "./questions.ts";
export { randomThought, type Thought } from "./thinking.ts";
export { randomStory } from "./stories/stories.ts";
export type { Story, StoryPart } from "./stories/story.ts";
export { readAbout, type ReadPart, type ReadStory, readStory } from "./stories/read_story.ts";
export {
  type AnimationExample,
  type CaptionExample,
  type EditExample,
  type EmojiScenes,
  emojiScenes,
  type ReadingExample,
  type StoryExample,
  type StoryExamplePart,
  type ThoughtExample,
} from "./emoji_scenes.ts";
export { type EmojiDocuments, emojiDocuments } from "./documents.ts";
export { tokenizerSources, visualizerSource } from "./tokenizer_sources.ts";
export { trainTextTokenizer } from "./text.ts";
export { type EmojiLanguage, emojiLanguage, worldOfModel } from "./language.ts";
export { askedCaptions, truePicture } from "./asked_captions.ts";
export {
  captionOf,
  type CaptionSpec,
  type ColoredConcept,
  type Group,
  parseCaption,
  readCaption,
  readInstruction,
  readQuestion,
  type SceneQuestion,
  type Sentence,
  specOf,
} from "./captions.ts";
export { type EvaluationCaption, evaluationCaptions, heldOut } from "./splits.ts";
export type { SceneOptions } from "./random_scenes.ts";
export type { ParsedScene } from "./parser/parsed_scene.ts";
export { SceneParser } from "./parser/scene_parser.ts";
export { parserJudge } from "./parser_judge.ts";
export { type Emoji, EMOJI_STYLES, EmojiSet, type EmojiStyle, LEARNED_STYLES } from "./emoji.ts";
export type { Sprite } from "./sprite.ts";
export type { Sprites } from "./sprites.ts";
export { plainView, randomView } from "./emoji_view.ts";
export { CONCEPT_ENCODER, ConceptEncoder, ConceptEncoderConfig } from "./concept_encoder.ts";
export * from "./measures/mod.ts";
