/** Copies to and from a provider's memory. */
import { elements, show } from "../../kernels/tensor_type.ts";
import { input, toOnnx } from "../graph/mod.ts";
import type { OrtBuffer } from "./buffer.ts";
import { cString } from "./c_values.ts";
import { createSession } from "./executable.ts";
import { allocateBlock } from "./native_memory.ts";
import type { OrtLibrary } from "./ort_library.ts";
import type { Provider } from "./session_options.ts";

/**
 * Copies tensors to and from the memory of a provider by graphs of one Identity, whose inputs and
 * outputs ONNX Runtime moves to where they belong: for providers that `CopyTensors` does not know.
 */
export function identityCopier(
  library: OrtLibrary,
  provider: Provider,
): (from: OrtBuffer, to: OrtBuffer) => Promise<void> {
  const sessions = new Map<string, Promise<Deno.PointerObject>>();
  const sessionOf = ({ type }: OrtBuffer) => {
    const key = show(type);
    const model = () => toOnnx({ to: input("from", type.dtype, type.shape) });
    const known = sessions.get(key) ?? createSession(library, model(), provider, {});
    sessions.set(key, known);
    return known;
  };
  return async (from, to) => {
    if (elements(from.type.shape) === 0) return;
    const session = await sessionOf(from);
    const block = allocateBlock(library, 64);
    const at = (offset: number) => Deno.UnsafePointer.offset(block.pointer, offset);
    try {
      new Uint8Array(block.memory).set(cString("from"), 32);
      new Uint8Array(block.memory).set(cString("to"), 48);
      const address = (offset: number) => Deno.UnsafePointer.value(at(offset));
      new BigUint64Array(block.memory, 0, 4).set(
        [address(32), from.address, address(48), to.address].map(BigInt),
      );
      const status = await library.api.Run(session, null, at(0), at(8), 1n, at(16), 1n, at(24));
      library.check(status, "copying a tensor");
    } finally {
      block.free();
    }
  };
}
