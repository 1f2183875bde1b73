/**
 * The kernel table: one row for every operation of the vocabulary. A missing row, shape rule, ONNX
 * form or gradient does not compile.
 */
import * as elementwise from "./elementwise.ts";
import * as lookup from "./lookup.ts";
import * as matmul from "./matmul.ts";
import * as network from "./network.ts";
import * as reduction from "./reduction.ts";
import * as shape from "./shape.ts";
import type { Kernel } from "./kernel.ts";
import type { KernelName } from "./ops.ts";

export const KERNELS = {
  ...elementwise,
  ...reduction,
  ...shape,
  ...lookup,
  ...matmul,
  ...network,
} as const satisfies Record<KernelName, Kernel>;

export type { KernelName, Ops } from "./ops.ts";
export {
  type Attributes,
  broadcastShape,
  type Kernel,
  KernelError,
  ONNX_DTYPE,
  type OnnxWriter,
} from "./kernel.ts";
export { type DType, elements, sameShape, show, type TensorType } from "./tensor_type.ts";
