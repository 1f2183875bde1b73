/**
 * `deno task train --data pictures --out out/mine`: trains ILLUME (arXiv 2412.06673) from nothing on a
 * folder of pictures with captions, and reports what it learned.
 */
import {
  captionedDocuments,
  Illume,
  illumeStages,
  mapped,
  OWN_PICTURES,
  ownPictureStages,
  ownText,
  pictureFolder,
  PictureTokenizer,
  plainCaption,
  PlainLanguage,
  saveIllume,
  StateStore,
  tokenizerStages,
  Training,
} from "../mod.ts";
