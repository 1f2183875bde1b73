/** Symbolic tensors, their gradients, and the ONNX models that graphs become. */
export type { Attributes, DType, KernelName, Ops, TensorType } from "../../kernels/mod.ts";
export { constant, input, type Source, Tensor } from "./tensor.ts";
export type { Origin } from "./origin.ts";
export { ops, ShapeError } from "./ops.ts";
export { gradient } from "./gradient.ts";
export { inPrecision, type Precision } from "./precision.ts";
export { checkpoint } from "./checkpoint.ts";
export { compose } from "./compose.ts";
export { sorted } from "./sorted.ts";
export {
  type OnnxOutput,
  type OnnxPort,
  type OnnxSignature,
  onnxSignature,
} from "./onnx_signature.ts";
export { type OnnxFiles, onnxPart } from "./onnx_part.ts";
export type { OnnxBytes } from "./onnx_reading.ts";
export { type OnnxOptions, type OpenOnnxOptions, type Outputs, toOnnx } from "./onnx.ts";
export type { Weight } from "./onnx_value.ts";
export { graphFlops, matmulFlops } from "./flops.ts";
export { bytesOf, peakBytes } from "./memory.ts";
export { brief } from "./brief.ts";
