export type { Interpolation } from "./resample.ts";
export type { Preprocessing } from "./preprocessing.ts";
export { EncoderError, type VisionEncoder } from "./vision_encoder.ts";
export { encoderFromOnnx, type OnnxEncoderOptions } from "./onnx.ts";
export { encoderFromSafetensors } from "./pretrained.ts";
