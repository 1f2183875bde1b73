/** The encoding of ONNX files. */
export { default } from "npm:protobufjs@8.8.1";
