/** The worlds that come with Illume, and models that speak their languages. */
import { type Illume, loadIllume as loadWith } from "../recipes/mod.ts";
import type { Device } from "../runtime/mod.ts";
import { PlainLanguage } from "../text/plain_language.ts";
import { emojiLanguageOf } from "./emoji/language.ts";

/** The languages that a saved model may speak, by kind. */
const LANGUAGES = { emoji: emojiLanguageOf, plain: PlainLanguage.from };

/**
 * Loads a model that was saved, with the language that it speaks. Disposing of it frees its parameters
 * and its tokenizer.
 *
 * @throws CheckpointError for a missing, truncated or foreign file, another version or language, or
 * tensors of other names or shapes than the configuration asks for; TypeError where the folder is no
 * path or the device is none
 */
export function loadIllume(directory: string, device: Device): Promise<Illume> {
  return loadWith(directory, device, LANGUAGES);
}
