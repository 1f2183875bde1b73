/** JSON files beside an encoder. */
import type { z } from "../../packages/zod.ts";
import { EncoderError } from "./vision_encoder.ts";

/**
 * What stands in a JSON file.
 * @throws EncoderError for a file that is missing, no JSON, or not as the schema says
 */
export async function readJson<T>(path: string, schema: z.ZodType<T>): Promise<T> {
  let json: unknown;
  try {
    json = JSON.parse(await Deno.readTextFile(path));
  } catch (cause) {
    const why = cause instanceof SyntaxError ? "no JSON" : oneLine(cause);
    throw new EncoderError(`Expected a JSON file at ${path}, but found ${why}`, { cause });
  }
  const parsed = schema.safeParse(json);
  if (parsed.success) return parsed.data;
  const { path: field, message } = parsed.error.issues[0];
  const where = field.length === 0 ? "" : `${field.join(".")}: `;
  throw new EncoderError(
    `Expected the configuration of an encoder in ${path}, but found ${where}${message}`,
  );
}

/** Whether there is a file. */
export const exists = (path: string): Promise<boolean> =>
  Deno.stat(path).then(({ isFile }) => isFile, () => false);

/** An error's message in one line. */
export function oneLine(error: unknown): string {
  if (error instanceof Deno.errors.NotFound) return "no such file";
  const message = error instanceof Error ? error.message : String(error);
  return message.replace(/\s+/g, " ").trim();
}
