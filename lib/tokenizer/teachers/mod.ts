export type { Preprocessing } from "./preprocessing.ts";
export { type Teacher, TeacherError } from "./teacher.ts";
export { encoderFromOnnx, type OnnxEncoderOptions } from "./onnx.ts";
export { encoderFromSafetensors } from "./pretrained.ts";
