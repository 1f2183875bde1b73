/** The emoji world: scenes with captions, questions, edits and exact truth; its parser and judge. */
export { type Preset, type World, worldOf, WORLDS } from "./world.ts";
export type { Scene, SceneObject } from "./scene.ts";
export {
  type CaptionExample,
  type EditExample,
  type EmojiScenes,
  emojiScenes,
  type ReadingExample,
} from "./emoji_scenes.ts";
export {
  CaptionError,
  captionOf,
  type CaptionSpec,
  parseCaption,
  readCaption,
  readInstruction,
  readQuestion,
  type Sentence,
  specOf,
  type Task,
  TASKS,
} from "./captions.ts";
export { evaluationCaptions, heldOut } from "./splits.ts";
export { SceneParser } from "./parser/scene_parser.ts";
export type { ParsedObject, ParsedScene } from "./parser/parsed_scene.ts";
export { parserJudge } from "./parser_judge.ts";
export { type Emoji, EMOJI_STYLES, EmojiSet, type EmojiStyle, LEARNED_STYLES } from "./emoji.ts";
export { plainView, randomView } from "./emoji_view.ts";
export { CONCEPT_ENCODER, ConceptEncoder, ConceptEncoderConfig } from "./concept_encoder.ts";
