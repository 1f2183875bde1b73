/** Values of an array that are brief. */
const MOST = 8;

/**
 * A value in few words, for errors that say what was found.
 *
 * @example
 * ```ts
 * import { brief } from "./brief.ts";
 *
 * const words = [brief("cpu"), brief({ device: 1 }), brief(new Float32Array(9))].join(", ");
 * if (words !== '"cpu", { device }, a Float32Array') throw new Error(words);
 * ```
 */
export function brief(value: unknown): string {
  if (typeof value === "string") return JSON.stringify(value);
  if (typeof value === "function") return "a function";
  if (Array.isArray(value)) {
    return value.length > MOST ? `${value.length} values` : `[${value.map(brief).join(", ")}]`;
  }
  if (typeof value !== "object" || value === null) return String(value);
  const kind = value.constructor?.name ?? "Object";
  if (kind === "Object") return `{ ${Object.keys(value).join(", ")} }`;
  return kind === "Tensor" ? String(value) : `${/^[AEIO]/.test(kind) ? "an" : "a"} ${kind}`;
}
