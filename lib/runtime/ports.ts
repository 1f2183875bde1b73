/** Inputs and outputs of a session. */
import { show, type TensorType } from "../../kernels/tensor_type.ts";
import { type DeviceBuffer, OrtBuffer } from "./buffer.ts";
import { allocateBlock, type Block } from "./native_memory.ts";
import { cString, outInt, outPointer } from "./c_values.ts";
import type { OrtLibrary } from "./ort_library.ts";
import { dtypeOfOrtElementType, sameType } from "./tensor_data.ts";

type Side = "input" | "output";

/**
 * The inputs or the outputs of a session: their names and types, and the pointers that a run takes.
 * The pointers stay between runs, and only those whose buffer changed are checked and set again.
 */
export class Ports {
  readonly types: Readonly<Record<string, TensorType>>;
  readonly #side: Side;
  readonly #names: readonly string[];
  readonly #nameBlock: Block;
  readonly #valueBlock: Block;
  readonly #values: BigUint64Array;
  readonly #bound: (OrtBuffer | undefined)[];

  constructor(library: OrtLibrary, session: Deno.PointerObject, side: Side) {
    const count = portCount(library, session, side);
    const indices = Array.from({ length: count }, (_, index) => index);
    this.#side = side;
    this.#names = indices.map((index) => portName(library, session, side, index));
    this.types = Object.fromEntries(
      this.#names.map((name, index) => [name, portType(library, session, side, index, name)]),
    );
    this.#nameBlock = nameBlock(library, this.#names);
    this.#valueBlock = allocateBlock(library, Math.max(count, 1) * 8);
    this.#values = new BigUint64Array(this.#valueBlock.memory);
    this.#bound = new Array(count).fill(undefined);
  }

  /** `const char* const*` */
  get namePointer(): Deno.PointerObject {
    return this.#nameBlock.pointer;
  }

  /** `OrtValue* const*` of the buffers that were bound last. */
  get valuePointer(): Deno.PointerObject {
    return this.#valueBlock.pointer;
  }

  /** Number of ports, as a `size_t`. */
  get count(): bigint {
    return BigInt(this.#names.length);
  }

  /** Frees the pointers, once no run uses them any more. */
  get free(): () => void {
    const [names, values] = [this.#nameBlock, this.#valueBlock];
    return () => {
      names.free();
      values.free();
    };
  }

  /** Sets the pointers to the buffers of these names, and returns them in the ports' order. */
  bind(buffers: Readonly<Record<string, DeviceBuffer>>): readonly OrtBuffer[] {
    const bound = this.#bound;
    for (let index = 0; index < bound.length; index++) {
      const name = this.#names[index];
      const buffer = buffers[name];
      if (buffer === bound[index] && buffer !== undefined) continue;
      this.#checkBuffer(name, buffer, buffers);
      this.#values[index] = buffer.address;
      bound[index] = buffer;
    }
    if (Object.keys(buffers).length !== bound.length) throw this.#unexpectedName(buffers);
    return bound as OrtBuffer[];
  }

  #checkBuffer(
    name: string,
    buffer: DeviceBuffer | undefined,
    buffers: Readonly<Record<string, DeviceBuffer>>,
  ): asserts buffer is OrtBuffer {
    const type = this.types[name];
    const port = `${this.#side} "${name}" ${show(type)}`;
    if (buffer === undefined) {
      throw new TypeError(`Expected ${port}, but found only ${quoted(Object.keys(buffers))}`);
    }
    if (!(buffer instanceof OrtBuffer)) {
      throw new TypeError(`Expected ${port} on this device, but found a buffer of another`);
    }
    if (!sameType(buffer.type, type)) {
      throw new TypeError(`Expected ${port}, but found ${show(buffer.type)}`);
    }
  }

  #unexpectedName(buffers: Readonly<Record<string, DeviceBuffer>>): TypeError {
    const unexpected = Object.keys(buffers).filter((name) => !Object.hasOwn(this.types, name));
    return new TypeError(
      `Expected the ${this.#side}s ${quoted(this.#names)}, but found ${quoted(unexpected)} as well`,
    );
  }
}

const quoted = (names: readonly string[]): string =>
  names.length === 0 ? "none" : names.map((name) => `"${name}"`).join(", ");

/** An array of pointers to names, followed by the names. */
function nameBlock(library: OrtLibrary, names: readonly string[]): Block {
  const encoded = names.map(cString);
  const bytes = encoded.reduce((total, name) => total + name.length, 8 * names.length);
  const block = allocateBlock(library, Math.max(bytes, 1));
  const start = BigInt(Deno.UnsafePointer.value(block.pointer));
  const addresses = new BigUint64Array(block.memory, 0, names.length);
  let offset = 8 * names.length;
  encoded.forEach((name, index) => {
    new Uint8Array(block.memory).set(name, offset);
    addresses[index] = start + BigInt(offset);
    offset += name.length;
  });
  return block;
}

function portCount({ api, check }: OrtLibrary, session: Deno.PointerObject, side: Side): number {
  const out = outPointer();
  const count = side === "input" ? api.SessionGetInputCount : api.SessionGetOutputCount;
  check(count(session, out), `counting ${side}s`);
  return Number(out[0]);
}

function portName(library: OrtLibrary, session: Deno.PointerObject, side: Side, index: number) {
  const { api, allocator, check, create } = library;
  const getName = side === "input" ? api.SessionGetInputName : api.SessionGetOutputName;
  const doing = `naming ${side} ${index}`;
  const name = create(doing, (out) => getName(session, BigInt(index), allocator, out));
  const text = Deno.UnsafePointerView.getCString(name);
  check(api.AllocatorFree(allocator, name), doing);
  return text;
}

function portType(
  library: OrtLibrary,
  session: Deno.PointerObject,
  side: Side,
  index: number,
  name: string,
): TensorType {
  const { api, check, create } = library;
  const getType = side === "input" ? api.SessionGetInputTypeInfo : api.SessionGetOutputTypeInfo;
  const doing = `asking for the type of ${side} "${name}"`;
  const info = create(doing, (out) => getType(session, BigInt(index), out));
  try {
    const tensor = outPointer();
    check(api.CastTypeInfoToTensorInfo(info, tensor), doing);
    const pointer = Deno.UnsafePointer.create(tensor[0]);
    if (pointer === null) {
      throw new TypeError(`Expected a tensor for ${side} "${name}", but found another type`);
    }
    const elementType = outInt();
    check(api.GetTensorElementType(pointer, elementType), doing);
    const dtype = dtypeOfOrtElementType(elementType[0]);
    if (dtype === undefined) {
      throw new TypeError(
        `Expected float16, float32, float64, int32, int64 or bool for ${side} "${name}", ` +
          `but found ONNX element type ${elementType[0]}`,
      );
    }
    const rank = outPointer();
    check(api.GetDimensionsCount(pointer, rank), doing);
    const sizes = new BigInt64Array(new ArrayBuffer(8 * Number(rank[0])));
    check(api.GetDimensions(pointer, sizes, rank[0]), doing);
    const shape = Array.from(sizes, Number);
    if (shape.some((size) => size < 0)) {
      throw new TypeError(
        `Expected a fixed shape for ${side} "${name}", but found [${
          shape.map((size) => size < 0 ? "?" : size).join(", ")
        }]`,
      );
    }
    return { dtype, shape };
  } finally {
    api.ReleaseTypeInfo(info);
  }
}
