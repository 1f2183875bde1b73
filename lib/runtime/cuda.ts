/**
 * An NVIDIA GPU by CUDA, with a build of ONNX Runtime that has it; the one inside
 * `npm:onnxruntime-node` does not.
 */
import { outPointer } from "./c_values.ts";
import type { GpuKind } from "./gpu.ts";
import { identityCopier } from "./identity_copier.ts";
import type { Provider } from "./session_options.ts";

const provider: Provider = ({ api, pointer, check }) => {
  const options = outPointer();
  check(api.CreateCUDAProviderOptions(options));
  const cuda = Deno.UnsafePointer.create(options[0]);
  try {
    check(api.SessionOptionsAppendExecutionProvider_CUDA_V2(pointer, cuda));
  } finally {
    api.ReleaseCUDAProviderOptions(cuda);
  }
};

export const CUDA: GpuKind = {
  name: "cuda",
  memory: "Cuda",
  needs: "an NVIDIA GPU with CUDA, and a library of ONNX Runtime that was built for it",
  provider,
  copier: (library) => identityCopier(library, provider),
};
