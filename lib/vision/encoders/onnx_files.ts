/** The files of an ONNX model: itself, and those beside that hold its parameters. */
import { basename, dirname, isAbsolute, join } from "node:path";
import type { OnnxFiles, OnnxOutput } from "../../graph/mod.ts";
import { readAt } from "../../files/mod.ts";
import { oneLine } from "./json_file.ts";
import { EncoderError } from "./vision_encoder.ts";

/**
 * @throws EncoderError where the file cannot be read
 */
export async function readModelFile(path: string): Promise<Uint8Array> {
  try {
    return await Deno.readFile(path);
  } catch (cause) {
    throw new EncoderError(`Expected an ONNX model at ${path}, but found ${oneLine(cause)}`, {
      cause,
    });
  }
}

/**
 * The files beside a model, and the one folder that they are really in: ONNX Runtime follows no
 * links out of it, and caches of downloads are full of links.
 *
 * @throws EncoderError for a file that is missing, too short, or outside the model's folder
 */
export async function filesBeside(
  path: string,
  files: OnnxOutput["files"],
): Promise<OnnxFiles & { readonly folder: string | undefined }> {
  const real = new Map<string, string>();
  for (const [file, bytes] of Object.entries(files)) {
    real.set(file, await realFile(path, file, bytes));
  }
  const [folder, ...others] = new Set([...real.values()].map(dirname));
  if (others.length > 0) {
    throw new EncoderError(
      `Expected the parameters of ${path} in one folder, but found ${folder} and ${others[0]}`,
    );
  }
  return {
    folder,
    name: (file) => basename(real.get(file)!),
    read({ file, offset, length = 0 }) {
      using opened = Deno.openSync(real.get(file)!);
      return readAt(opened, offset, length);
    },
  };
}

async function realFile(path: string, file: string, bytes: number): Promise<string> {
  const place = join(dirname(path), file);
  const refused = (found: string, cause?: unknown) =>
    new EncoderError(`Expected parameters of ${path} in ${place}, but found ${found}`, { cause });
  if (isAbsolute(file) || file.split(/[/\\]/).includes("..")) {
    throw new EncoderError(`Expected the parameters of ${path} beside it, but found ${file}`);
  }
  let real: string;
  let size: number;
  try {
    real = await Deno.realPath(place);
    size = (await Deno.stat(real)).size;
  } catch (cause) {
    throw refused(oneLine(cause), cause);
  }
  if (size < bytes) throw refused(`${size} bytes where there should be ${bytes}`);
  return real;
}
