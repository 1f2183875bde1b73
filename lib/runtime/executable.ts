/** Compiled models, and how they are run. */
import { setImmediate as eventLoopTurn } from "node:timers/promises";
import type { TensorType } from "../../kernels/tensor_type.ts";
import type { DeviceBuffer, OrtBuffer } from "./buffer.ts";
import { NativeHandle } from "./native_handle.ts";
import { allocateBlock } from "./native_memory.ts";
import type { OrtLibrary } from "./ort_library.ts";
import { Ports } from "./ports.ts";
import { type CompileOptions, type Provider, withSessionOptions } from "./session_options.ts";
import { Turns } from "./turns.ts";

/** A compiled ONNX model. */
export interface Executable extends Disposable {
  /** Types of the inputs, by name, in the model's order. */
  readonly inputs: Readonly<Record<string, TensorType>>;
  /** Types of the outputs, by name, in the model's order. */
  readonly outputs: Readonly<Record<string, TensorType>>;
  /**
   * Runs the model. Every input and output is a buffer on the device; outputs are written in place,
   * nothing is copied, and timers fire meanwhile. Runs of one executable take turns.
   *
   * @throws when a name is missing or unknown, a type differs, a buffer or the executable was
   * disposed, or an output's buffer is also an input or in use by another run.
   */
  run(
    inputs: Readonly<Record<string, DeviceBuffer>>,
    outputs: Readonly<Record<string, DeviceBuffer>>,
  ): Promise<void>;
  /** Closes the trace that `compile` was asked for, and returns the path of its file. */
  endProfiling(): string;
}

/** Milliseconds of a run for which another thread is not asked: asking costs a tenth of one. */
const SHORT = 10;
/** Milliseconds after which short runs let timers and the like have their turn. */
const PATIENCE = 10;
/** When they last had it. */
let lastTurn = -Infinity;

/** An ONNX Runtime session. */
export class OrtExecutable implements Executable {
  readonly #library: OrtLibrary;
  readonly #session: NativeHandle;
  readonly #inputs: Ports;
  readonly #outputs: Ports;
  readonly #turns: Turns;
  readonly #inPlace: readonly string[];
  /** What the last run took. */
  #milliseconds = Infinity;

  private constructor(
    library: OrtLibrary,
    session: Deno.PointerObject,
    turns: Turns,
    inPlace: readonly string[],
  ) {
    this.#library = library;
    this.#turns = turns;
    this.#inPlace = inPlace;
    this.#inputs = new Ports(library, session, "input");
    this.#outputs = new Ports(library, session, "output");
    const { free: freeInputs } = this.#inputs;
    const { free: freeOutputs } = this.#outputs;
    this.#session = new NativeHandle("the executable", session, (pointer) => {
      library.api.ReleaseSession(pointer);
      freeInputs();
      freeOutputs();
    });
  }

  static async compile(
    library: OrtLibrary,
    model: Uint8Array,
    provider: Provider,
    options: CompileOptions,
    turns: Turns = new Turns(),
  ): Promise<OrtExecutable> {
    if (model.length === 0) throw new Error("Expected an ONNX model, but found 0 bytes");
    const session = await createSession(library, model, provider, options);
    try {
      return new OrtExecutable(library, session, turns, options.inPlace ?? []);
    } catch (error) {
      library.api.ReleaseSession(session);
      throw error;
    }
  }

  get inputs(): Readonly<Record<string, TensorType>> {
    return this.#inputs.types;
  }

  get outputs(): Readonly<Record<string, TensorType>> {
    return this.#outputs.types;
  }

  run(
    inputs: Readonly<Record<string, DeviceBuffer>>,
    outputs: Readonly<Record<string, DeviceBuffer>>,
  ): Promise<void> {
    return this.#turns.take(() => this.#run(inputs, outputs));
  }

  async #run(
    inputs: Readonly<Record<string, DeviceBuffer>>,
    outputs: Readonly<Record<string, DeviceBuffer>>,
  ): Promise<void> {
    const { check } = this.#library;
    const session = this.#session;
    const pointer = session.pointer;
    const read = this.#inputs.bind(inputs);
    const written = this.#outputs.bind(outputs);
    const inPlace = this.#writtenInPlace(read, outputs);
    const lent: { letGo(): void }[] = [];
    try {
      session.hold();
      lent.push(session);
      for (const buffer of read) {
        buffer.lendToReader();
        lent.push(buffer);
      }
      for (const buffer of read) {
        const settled = buffer.settle();
        if (settled !== undefined) await settled; // on the CPU nothing waits
      }
      for (const buffer of written) {
        if (inPlace.has(buffer)) continue;
        buffer.lendToWriter();
        lent.push(buffer);
      }
      check(await this.#call(pointer), "running");
    } finally {
      for (const owner of lent) owner.letGo();
    }
  }

  /** Runs on this thread where that takes no longer than handing it to another, or else there. */
  async #call(session: Deno.PointerObject): Promise<Deno.PointerValue> {
    const { api } = this.#library;
    const [inputs, outputs] = [this.#inputs, this.#outputs];
    const run = (how: typeof api.Run | typeof api.RunHere) =>
      how(
        session,
        null,
        inputs.namePointer,
        inputs.valuePointer,
        inputs.count,
        outputs.namePointer,
        outputs.count,
        outputs.valuePointer,
      );
    if (performance.now() - lastTurn > PATIENCE) {
      await eventLoopTurn();
      lastTurn = performance.now();
    }
    const start = performance.now();
    const status = this.#milliseconds < SHORT ? run(api.RunHere) : await run(api.Run);
    this.#milliseconds = performance.now() - start;
    return status;
  }

  /** Inputs that are outputs as well, where the model was compiled for that. */
  #writtenInPlace(
    read: readonly OrtBuffer[],
    outputs: Readonly<Record<string, DeviceBuffer>>,
  ): ReadonlySet<DeviceBuffer> {
    const buffers = this.#inPlace.map((name) => outputs[name]);
    return new Set(buffers.filter((buffer) => read.includes(buffer as OrtBuffer)));
  }

  endProfiling(): string {
    const { api, allocator, check, create } = this.#library;
    const doing = "closing the profile";
    const path = create(
      doing,
      (out) => api.SessionEndProfiling(this.#session.pointer, allocator, out),
    );
    const text = Deno.UnsafePointerView.getCString(path);
    check(api.AllocatorFree(allocator, path), doing);
    return text;
  }

  [Symbol.dispose](): void {
    this.#session[Symbol.dispose]();
  }
}

/** Makes a session of a model, which the caller releases. */
export async function createSession(
  library: OrtLibrary,
  model: Uint8Array,
  provider: Provider,
  options: CompileOptions,
): Promise<Deno.PointerObject> {
  const bytes = model.length;
  const out = allocateBlock(library, 8);
  const copy = allocateBlock(library, bytes);
  try {
    new Uint8Array(copy.memory).set(model);
    const status = await withSessionOptions(
      library,
      provider,
      options,
      (settings) =>
        library.api.CreateSessionFromArray(
          library.environment,
          copy.pointer,
          BigInt(bytes),
          settings,
          out.pointer,
        ),
    );
    library.check(status, `compiling a model of ${bytes} bytes`);
    return Deno.UnsafePointer.create(new BigUint64Array(out.memory)[0])!;
  } finally {
    copy.free();
    out.free();
  }
}
