/**
 * The functions of ONNX Runtime's C API that Illume calls: their position in the append-only struct
 * `OrtApi` of `onnxruntime_c_api.h`, their parameters and their result. Functions that return a
 * status return null on success; `OrtLibrary.check` turns anything else into an error.
 */

/** The version of `OrtApi` that is asked for: the oldest that has every function used here. */
export const ORT_API_VERSION = 23;

const POINTER_BYTES = 8;
const status = "pointer";

const RUN = {
  index: 9,
  parameters: ["pointer", "pointer", "pointer", "pointer", "usize", "pointer", "usize", "pointer"],
  result: status,
} as const;

const ORT_API = {
  GetErrorMessage: { index: 2, parameters: ["pointer"], result: "pointer" },
  CreateEnv: { index: 3, parameters: ["i32", "buffer", "buffer"], result: status },
  CreateSessionFromArray: {
    index: 8,
    parameters: ["pointer", "pointer", "usize", "pointer", "pointer"],
    result: status,
    nonblocking: true,
  },
  Run: { ...RUN, nonblocking: true },
  /** `Run` on the thread of the program, which waits. */
  RunHere: RUN,
  CreateSessionOptions: { index: 10, parameters: ["buffer"], result: status },
  SetSessionExecutionMode: { index: 13, parameters: ["pointer", "i32"], result: status },
  EnableProfiling: { index: 14, parameters: ["pointer", "buffer"], result: status },
  DisableMemPattern: { index: 17, parameters: ["pointer"], result: status },
  SetSessionGraphOptimizationLevel: { index: 23, parameters: ["pointer", "i32"], result: status },
  SetIntraOpNumThreads: { index: 24, parameters: ["pointer", "i32"], result: status },
  SetInterOpNumThreads: { index: 25, parameters: ["pointer", "i32"], result: status },
  SessionGetInputCount: { index: 30, parameters: ["pointer", "buffer"], result: status },
  SessionGetOutputCount: { index: 31, parameters: ["pointer", "buffer"], result: status },
  SessionGetInputTypeInfo: {
    index: 33,
    parameters: ["pointer", "usize", "buffer"],
    result: status,
  },
  SessionGetOutputTypeInfo: {
    index: 34,
    parameters: ["pointer", "usize", "buffer"],
    result: status,
  },
  SessionGetInputName: {
    index: 36,
    parameters: ["pointer", "usize", "pointer", "buffer"],
    result: status,
  },
  SessionGetOutputName: {
    index: 37,
    parameters: ["pointer", "usize", "pointer", "buffer"],
    result: status,
  },
  CreateTensorAsOrtValue: {
    index: 48,
    parameters: ["pointer", "buffer", "usize", "i32", "buffer"],
    result: status,
  },
  GetTensorMutableData: { index: 51, parameters: ["pointer", "buffer"], result: status },
  CastTypeInfoToTensorInfo: { index: 55, parameters: ["pointer", "buffer"], result: status },
  GetTensorElementType: { index: 60, parameters: ["pointer", "buffer"], result: status },
  GetDimensionsCount: { index: 61, parameters: ["pointer", "buffer"], result: status },
  GetDimensions: { index: 62, parameters: ["pointer", "buffer", "usize"], result: status },
  CreateMemoryInfo: {
    index: 68,
    parameters: ["buffer", "i32", "i32", "i32", "buffer"],
    result: status,
  },
  CreateCpuMemoryInfo: { index: 69, parameters: ["i32", "i32", "buffer"], result: status },
  AllocatorAlloc: { index: 75, parameters: ["pointer", "usize", "buffer"], result: status },
  AllocatorFree: { index: 76, parameters: ["pointer", "pointer"], result: status },
  GetAllocatorWithDefaultOptions: { index: 78, parameters: ["buffer"], result: status },
  ReleaseStatus: { index: 93, parameters: ["pointer"], result: "void" },
  ReleaseSession: { index: 95, parameters: ["pointer"], result: "void" },
  ReleaseValue: { index: 96, parameters: ["pointer"], result: "void" },
  ReleaseTypeInfo: { index: 98, parameters: ["pointer"], result: "void" },
  ReleaseSessionOptions: { index: 100, parameters: ["pointer"], result: "void" },
  SessionEndProfiling: { index: 110, parameters: ["pointer", "pointer", "buffer"], result: status },
  AddFreeDimensionOverrideByName: {
    index: 124,
    parameters: ["pointer", "buffer", "i64"],
    result: status,
  },
  AddSessionConfigEntry: {
    index: 130,
    parameters: ["pointer", "buffer", "buffer"],
    result: status,
  },
  CreateAllocator: { index: 131, parameters: ["pointer", "pointer", "buffer"], result: status },
  ReleaseAllocator: { index: 132, parameters: ["pointer"], result: "void" },
  CreateAndRegisterAllocator: {
    index: 144,
    parameters: ["pointer", "pointer", "pointer"],
    result: status,
  },
  SessionOptionsAppendExecutionProvider_CUDA_V2: {
    index: 204,
    parameters: ["pointer", "pointer"],
    result: status,
  },
  CreateCUDAProviderOptions: { index: 205, parameters: ["buffer"], result: status },
  ReleaseCUDAProviderOptions: { index: 208, parameters: ["pointer"], result: "void" },
  SessionOptionsAppendExecutionProvider: {
    index: 216,
    parameters: ["pointer", "buffer", "pointer", "pointer", "usize"],
    result: status,
  },
  SetDeterministicCompute: { index: 273, parameters: ["pointer", "bool"], result: status },
  CopyTensors: {
    index: 386,
    parameters: ["pointer", "pointer", "pointer", "pointer", "usize"],
    result: status,
    nonblocking: true,
  },
} as const satisfies Record<string, Deno.ForeignFunction & { index: number }>;

/** `OrtApi` as callable functions, by their names in the C header. */
export type OrtApi = {
  readonly [Name in keyof typeof ORT_API]: Deno.FromForeignFunction<(typeof ORT_API)[Name]>;
};

/** Binds the functions of the table to the struct `OrtApi` that `GetApi` returned. */
export function bindOrtApi(struct: Deno.PointerObject): OrtApi {
  const view = new Deno.UnsafePointerView(struct);
  const bound = Object.entries(ORT_API).map(([name, { index, ...definition }]) => {
    const address = view.getPointer<Deno.ForeignFunction>(index * POINTER_BYTES);
    if (address === null) {
      throw new Error(`Expected ${name} at position ${index} of OrtApi, but found null`);
    }
    const callable = new Deno.UnsafeFnPointer<Deno.ForeignFunction>(address, definition);
    return [name, (...args: Parameters<typeof callable.call>) => callable.call(...args)];
  });
  return Object.fromEntries(bound) as OrtApi;
}
