import { cPath, cString } from "./c_values.ts";
import type { OrtLibrary } from "./ort_library.ts";

const SEQUENTIAL = 0;
const OPTIMIZE_NOTHING = 0;
const OPTIMIZE_ALL = 99;

/** How a model is compiled. */
export interface CompileOptions {
  /** Writes a JSON trace of every node's time to a file whose name starts so. */
  readonly profile?: string;
  /** Lets ONNX Runtime fuse and rewrite the graph; true unless told. */
  readonly optimize?: boolean;
}

/** How the CPU is used. */
export interface CpuOptions {
  /** Threads that share the work of one operator. */
  readonly threads: number;
  /** Whether threads wait for the next operator of a run by spinning, which starts it sooner. */
  readonly spinning: boolean;
}

/**
 * Runs `use` with an `OrtSessionOptions`, which lives until `use` is done.
 *
 * Numbers too small for a normal float keep their value: `session.set_denormal_as_zero` reaches the
 * threads of the pool but not the one that calls `Run`, so that results would depend on which
 * thread computed what.
 */
export async function withSessionOptions<T>(
  library: OrtLibrary,
  cpu: CpuOptions,
  compile: CompileOptions,
  use: (options: Deno.PointerObject) => Promise<T>,
): Promise<T> {
  const { api } = library;
  const options = library.create("compiling", (out) => api.CreateSessionOptions(out));
  const check = (status: Deno.PointerValue) => library.check(status, "compiling");
  const setEntry = (key: string, value: string) =>
    check(api.AddSessionConfigEntry(options, cString(key), cString(value)));
  try {
    check(api.SetSessionExecutionMode(options, SEQUENTIAL));
    check(api.DisableMemPattern(options)); // patterns double the memory, and are no faster
    check(api.SetIntraOpNumThreads(options, cpu.threads));
    check(api.SetInterOpNumThreads(options, 1));
    check(api.SetDeterministicCompute(options, true));
    check(api.SetSessionGraphOptimizationLevel(
      options,
      compile.optimize === false ? OPTIMIZE_NOTHING : OPTIMIZE_ALL,
    ));
    setEntry("session.use_env_allocators", "1");
    setEntry("session.intra_op.allow_spinning", cpu.spinning ? "1" : "0");
    setEntry("session.force_spinning_stop", "1"); // or idle threads slow other sessions
    if (compile.profile !== undefined) {
      check(api.EnableProfiling(options, cPath(compile.profile)));
    }
    return await use(options);
  } finally {
    api.ReleaseSessionOptions(options);
  }
}
