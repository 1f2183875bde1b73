/**
 * Memory handed to the C library. What a call needs only until it returns lies in an `ArrayBuffer`,
 * outside the heap, where nothing moves it. What a call uses while JavaScript goes on is a block of
 * the library's own: it outlives JavaScript when a program ends in the middle of a run.
 */
import type { OrtLibrary } from "./ort_library.ts";

/** Memory of ONNX Runtime's allocator. */
export interface Block {
  readonly pointer: Deno.PointerObject;
  readonly memory: ArrayBuffer;
  free(): void;
}

/** Allocates a block of at least one byte. What it holds at first is not defined. */
export function allocateBlock(library: OrtLibrary, bytes: number): Block {
  const { api, allocator, check, create } = library;
  const doing = `allocating ${bytes} bytes`;
  const pointer = create(doing, (out) => api.AllocatorAlloc(allocator, BigInt(bytes), out));
  return {
    pointer,
    memory: Deno.UnsafePointerView.getArrayBuffer(pointer, bytes),
    free: () => check(api.AllocatorFree(allocator, pointer), "freeing memory"),
  };
}

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
