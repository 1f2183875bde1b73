// deno-lint-ignore-file no-import-prefix
import onnxruntime from "npm:onnxruntime-node@1.30.0/package.json" with { type: "json" };
import { packageFile } from "./files.ts";

/** Where a file of ONNX Runtime's package lies. */
export function onnxruntimeFile(path: string): string {
  return packageFile(onnxruntime, path);
}
