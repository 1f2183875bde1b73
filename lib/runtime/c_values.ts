/**
 * What a call of the C library needs only until it returns. It lies in an `ArrayBuffer`, outside the
 * heap, where nothing moves it.
 */

/** Room for one pointer or one 64-bit number that a function writes. */
export const outPointer = (): BigUint64Array<ArrayBuffer> => new BigUint64Array(new ArrayBuffer(8));

/** Room for one 32-bit number that a function writes. */
export const outInt = (): Int32Array<ArrayBuffer> => new Int32Array(new ArrayBuffer(4));

/** A null-terminated UTF-8 string. */
export function cString(text: string): Uint8Array<ArrayBuffer> {
  if (text.includes("\0")) {
    throw new Error(`Expected text without null characters, but found ${JSON.stringify(text)}`);
  }
  const encoded = new TextEncoder().encode(text);
  const bytes = new Uint8Array(new ArrayBuffer(encoded.length + 1));
  bytes.set(encoded);
  return bytes;
}

/** A null-terminated path: UTF-8, or wide characters on Windows. */
export function cPath(path: string): Uint8Array<ArrayBuffer> {
  if (Deno.build.os !== "windows") return cString(path);
  const units = new Uint16Array(new ArrayBuffer(2 * (path.length + 1)));
  for (let i = 0; i < path.length; i++) units[i] = path.charCodeAt(i);
  return new Uint8Array(units.buffer);
}
