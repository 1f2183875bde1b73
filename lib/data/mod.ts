/** Pictures, documents and data sets: what is learned from, wherever it comes from. */
export { type Document, inWords, picture, type Segment, text, type Turn } from "./document.ts";
export { type Captioned, type DataSet, drawnFrom, endless, listed, mapped } from "./data_set.ts";
export {
  CaptionedPictures,
  type FolderSample,
  PictureFolder,
  pictureFolder,
  type PictureFolderOptions,
} from "./picture_folder.ts";
export {
  type FolderDocument,
  type InterleavedDocument,
  InterleavedDocuments,
  InterleavedFolder,
  interleavedFolder,
  type InterleavedFolderOptions,
} from "./interleaved_folder.ts";
export { holdsDocuments } from "./holds_documents.ts";
export { countsByReason, type Skipped, skippedInWords, type SkipReason } from "./skipped.ts";
export {
  encodePng,
  LARGEST_PICTURE,
  type Picture,
  PictureError,
  pictureOf,
  readPicture,
  reduced,
  reducedTo,
} from "./picture.ts";
export { contactSheet } from "./contact_sheet.ts";
