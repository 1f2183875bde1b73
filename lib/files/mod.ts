/** Files that are written and read safely. */
export { removeLeftOvers, writeFileAtomic, writeFilesAtomic } from "./atomic_file.ts";
export {
  decodeSafetensors,
  encodeSafetensors,
  type NamedTensor,
  type Safetensors,
} from "./safetensors.ts";
export { readAt } from "./read_at.ts";
export { SafetensorsFile } from "./safetensors_file.ts";
export { type Entry, SafetensorsError } from "./safetensors_header.ts";
export { FolderInUseError, FolderLock } from "./folder_lock.ts";
export { JsonLines, type LineFormat, readJsonLines } from "./json_lines.ts";
export type { Schema, SchemaError } from "../packages/zod.ts";
export { readLines, type TextLine } from "./records.ts";
