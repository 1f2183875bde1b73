/** How models are compiled. */
import { cPath, cString } from "./c_values.ts";
import { checkNumber, COUNT } from "./numbers.ts";
import type { OrtLibrary } from "./ort_library.ts";

const SEQUENTIAL = 0;
const OPTIMIZE_NOTHING = 0;
const OPTIMIZE_ALL = 99;

/** How a model is compiled. */
export interface CompileOptions {
  /** Writes a JSON trace of every node's time to a file whose name starts so. */
  readonly profile?: string;
  /**
   * Outputs that may be written into the buffer of an input. The graph must take such an input
   * through `ops.write` alone, which is done before anything else reads what it wrote.
   */
  readonly inPlace?: readonly string[];
  /** Where the files are that hold parameters beside the model. */
  readonly folder?: string;
  /** The sizes of axes that the model leaves open, by their names. */
  readonly sizes?: Readonly<Record<string, number>>;
  /** Lets ONNX Runtime fuse and rewrite the graph; default true. */
  readonly optimize?: boolean;
}

/** The settings of a session that is about to be made. */
export interface SessionSettings {
  readonly api: OrtLibrary["api"];
  readonly pointer: Deno.PointerObject;
  check(status: Deno.PointerValue): void;
  /** Sets an entry of `onnxruntime_session_options_config_keys.h`. */
  entry(key: string, value: string): void;
}

/** What computes: an execution provider of ONNX Runtime's, and how it is used. */
export type Provider = (settings: SessionSettings) => void;

/**
 * The CPU, with a number of threads that share the work of one operator. They wait for the next
 * operator of a run by `spinning`, which starts it sooner, or asleep.
 *
 * Numbers too small for a normal float keep their value: `session.set_denormal_as_zero` reaches the
 * threads of the pool but not the one that calls `Run`, so that results would depend on which
 * thread computed what.
 */
export const cpuProvider =
  ({ threads, spinning }: { threads: number; spinning: boolean }): Provider =>
  ({ api, pointer, check, entry }) => {
    check(api.SetIntraOpNumThreads(pointer, threads));
    check(api.SetDeterministicCompute(pointer, true));
    entry("session.use_env_allocators", "1");
    entry("session.intra_op.allow_spinning", spinning ? "1" : "0");
    entry("session.force_spinning_stop", "1"); // or idle threads slow other sessions
  };

/** Runs `use` with an `OrtSessionOptions`, which lives until `use` is done. */
export async function withSessionOptions<T>(
  library: OrtLibrary,
  provider: Provider,
  compile: CompileOptions,
  use: (options: Deno.PointerObject) => Promise<T>,
): Promise<T> {
  const { api } = library;
  const pointer = library.create("compiling", (out) => api.CreateSessionOptions(out));
  const check = (status: Deno.PointerValue) => library.check(status, "compiling");
  const entry = (key: string, value: string) =>
    check(api.AddSessionConfigEntry(pointer, cString(key), cString(value)));
  try {
    check(api.SetSessionExecutionMode(pointer, SEQUENTIAL));
    check(api.DisableMemPattern(pointer)); // patterns double the memory, and are no faster
    check(api.SetInterOpNumThreads(pointer, 1));
    check(api.SetSessionGraphOptimizationLevel(
      pointer,
      compile.optimize === false ? OPTIMIZE_NOTHING : OPTIMIZE_ALL,
    ));
    for (const [name, size] of Object.entries(compile.sizes ?? {})) {
      checkNumber(`size of "${name}"`, size, COUNT);
      check(api.AddFreeDimensionOverrideByName(pointer, cString(name), BigInt(size)));
    }
    if (compile.folder !== undefined) {
      entry("session.model_external_initializers_file_folder_path", compile.folder);
    }
    provider({ api, pointer, check, entry });
    if (compile.profile !== undefined) {
      check(api.EnableProfiling(pointer, cPath(compile.profile)));
    }
    return await use(pointer);
  } finally {
    api.ReleaseSessionOptions(pointer);
  }
}
