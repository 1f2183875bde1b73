/**
 * Memory that the C library uses while JavaScript goes on: a block of the library's own, which
 * outlives JavaScript when a program ends in the middle of a run.
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
