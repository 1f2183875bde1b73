/** The shared library of ONNX Runtime. */
import { onnxruntimeFile } from "../packages/onnxruntime.ts";
import { bindOrtApi, ORT_API_VERSION, type OrtApi } from "./ort_api.ts";
import { cString, outPointer } from "./c_values.ts";
import { DeviceError } from "./device_error.ts";

const LOG_FATAL_ONLY = 4; // errors come back as statuses, and are thrown
const ARENA_ALLOCATOR = 1;
const DEFAULT_MEMORY = 0;

/**
 * The shared library of ONNX Runtime, with the one environment it has in this process. All sessions
 * take the memory for values inside their graphs from one arena, which is reused, and not returned.
 */
export interface OrtLibrary {
  readonly path: string;
  readonly api: OrtApi;
  readonly version: string;
  readonly environment: Deno.PointerObject;
  readonly allocator: Deno.PointerObject;
  readonly cpuMemory: Deno.PointerObject;
  /** Throws, with ONNX Runtime's own message, unless the status says that all went well. */
  check(status: Deno.PointerValue, doing: string): void;
  /** Calls a function that writes a pointer to its last parameter, and returns that pointer. */
  create(
    doing: string,
    call: (out: BigUint64Array<ArrayBuffer>) => Deno.PointerValue,
  ): Deno.PointerObject;
}

const opened = new Map<string, OrtLibrary>();

/**
 * Opens ONNX Runtime's shared library: the one inside `npm:onnxruntime-node`, or the one at a path.
 * A library is opened once in a process, and stays.
 *
 * @throws DeviceError when there is no such file, it cannot be loaded, or it is not ONNX Runtime or
 * too old.
 */
export function openOrtLibrary(path: string = bundledLibraryPath()): OrtLibrary {
  let library = opened.get(path);
  if (library === undefined) {
    library = load(path);
    opened.set(path, library);
  }
  return library;
}

function bundledLibraryPath(): string {
  const { os, arch } = Deno.build;
  const file = {
    linux: "linux/*/libonnxruntime.so.1",
    darwin: "darwin/*/libonnxruntime.1.dylib",
    windows: "win32/*/onnxruntime.dll",
  }[os as string];
  if (file === undefined) {
    throw new DeviceError(
      `Expected Linux, macOS or Windows, but found ${os}; give the path of a library`,
    );
  }
  const folder = arch === "aarch64" ? "arm64" : "x64";
  return onnxruntimeFile(`bin/napi-v6/${file.replace("*", folder)}`);
}

function load(path: string): OrtLibrary {
  const symbols = loadSymbols(path);
  const base = notNull(symbols.OrtGetApiBase(), `OrtApiBase of ${path}`);
  const baseView = new Deno.UnsafePointerView(base);
  const getApi = new Deno.UnsafeFnPointer(
    notNull(baseView.getPointer<GetApi>(0), "GetApi"),
    GET_API,
  );
  const getVersion = new Deno.UnsafeFnPointer(
    notNull(baseView.getPointer<GetVersion>(8), "GetVersionString"),
    GET_VERSION,
  );
  const version = Deno.UnsafePointerView.getCString(notNull(getVersion.call(), "version"));
  const struct = getApi.call(ORT_API_VERSION);
  if (struct === null) {
    throw new DeviceError(
      `Expected ONNX Runtime 1.${ORT_API_VERSION} or later, but found ${version} at ${path}`,
    );
  }
  const api = bindOrtApi(struct);

  const check = (status: Deno.PointerValue, doing: string) => {
    if (status === null) return;
    const message = Deno.UnsafePointerView.getCString(
      notNull(api.GetErrorMessage(status), "error message"),
    );
    api.ReleaseStatus(status);
    throw new Error(`ONNX Runtime, ${doing}: ${message}`);
  };
  const create: OrtLibrary["create"] = (doing, call) => {
    const out = outPointer();
    check(call(out), doing);
    return notNull(Deno.UnsafePointer.create(out[0]), doing);
  };
  const doing = "opening the library";
  const environment = create(
    doing,
    (out) => api.CreateEnv(LOG_FATAL_ONLY, cString("illume"), out),
  );
  const cpuMemory = create(
    doing,
    (out) => api.CreateCpuMemoryInfo(ARENA_ALLOCATOR, DEFAULT_MEMORY, out),
  );
  check(api.CreateAndRegisterAllocator(environment, cpuMemory, null), doing);
  const allocator = create(doing, (out) => api.GetAllocatorWithDefaultOptions(out));
  return { path, api, version, environment, cpuMemory, allocator, check, create };
}

const GET_API = { parameters: ["u32"], result: "pointer" } as const;
const GET_VERSION = { parameters: [], result: "pointer" } as const;
type GetApi = typeof GET_API;
type GetVersion = typeof GET_VERSION;

function loadSymbols(path: string) {
  try {
    const { symbols } = Deno.dlopen(path, SYMBOLS);
    // A second reference, which Deno does not close: a program that ends in the middle of a run
    // would unload the library under its threads.
    symbols.dlopen?.(cString(path), RESOLVE_NOW);
    return symbols;
  } catch (error) {
    if (error instanceof Deno.errors.NotCapable) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    throw new DeviceError(
      `Expected ONNX Runtime's shared library at ${path}, but it could not be loaded: ${reason}`,
      { cause: error },
    );
  }
}

const RESOLVE_NOW = 2;
const SYMBOLS = {
  OrtGetApiBase: { parameters: [], result: "pointer" },
  dlopen: { parameters: ["buffer", "i32"], result: "pointer", optional: true },
} as const;

function notNull<T>(pointer: Deno.PointerObject<T> | null, what: string): Deno.PointerObject<T> {
  if (pointer === null) {
    throw new Error(`Expected a pointer from ONNX Runtime (${what}), but found null`);
  }
  return pointer;
}
