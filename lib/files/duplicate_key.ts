/**
 * Finds a key that occurs twice in one object of a JSON text. JSON.parse keeps the last of them in
 * silence, so a file that must not say a thing twice has to be looked at before.
 *
 * @param json a text that JSON.parse accepts
 * @returns the first key that is repeated, or undefined
 *
 * @example
 * ```ts
 * import { duplicateKey } from "./duplicate_key.ts";
 *
 * if (duplicateKey('{"a": {"b": 1}, "\\u0061": 2}') !== "a") throw new Error("Expected a");
 * if (duplicateKey('[{"a": 1}, {"a": ":"}]') !== undefined) throw new Error("Expected none");
 * ```
 */
export function duplicateKey(json: string): string | undefined {
  const open: Set<string>[] = [];
  for (let i = 0; i < json.length; i++) {
    const character = json[i];
    if (character === "{" || character === "[") open.push(new Set());
    else if (character === "}" || character === "]") open.pop();
    else if (character === '"') {
      const end = endOfString(json, i);
      if (isKey(json, end)) {
        const key: string = JSON.parse(json.slice(i, end));
        const keys = open[open.length - 1];
        if (keys.has(key)) return key;
        keys.add(key);
      }
      i = end - 1;
    }
  }
  return undefined;
}

function endOfString(json: string, start: number): number {
  let i = start + 1;
  while (json[i] !== '"') i += json[i] === "\\" ? 2 : 1;
  return i + 1;
}

function isKey(json: string, endOfString: number): boolean {
  let i = endOfString;
  while (json[i] === " " || json[i] === "\n" || json[i] === "\r" || json[i] === "\t") i++;
  return json[i] === ":";
}
