/**
 * Mixed precision (arXiv 1710.03740): products in float16, what adds up many numbers or has a wide
 * range in float32, parameters and losses in float32.
 */
import type { KernelName } from "../../kernels/mod.ts";

/**
 * In which type a model computes: all in float32, or products in float16. The CPU provider has no
 * products in float16: it rounds their operands, if at all, and computes in float32.
 */
export type Precision = "float32" | "mixed";

/** Whose operands become float16. */
const NARROW: ReadonlySet<KernelName> = new Set(["matmul"]);

/** Whose operands become float32: their results leave float16's range, or add up what is rounded. */
const WIDE: ReadonlySet<KernelName> = new Set(
  [
    "exp",
    "log",
    "sqrt",
    "div",
    "softplus",
    "sum",
    "mean",
    "softmax",
    "rmsNorm",
    "crossEntropy",
    "scatterAdd",
  ] as const,
);

let current: Precision = "float32";

/**
 * Traces in a precision: operations on float32 tensors cast them as they need it, and so do their
 * gradients that are traced there.
 *
 * @example
 * ```ts
 * import { inPrecision, input, ops } from "./mod.ts";
 *
 * const x = input("x", "float32", [2, 8]);
 * const logits = inPrecision("mixed", () => ops.matmul(x, x, { transposeB: true }));
 * const weights = inPrecision("mixed", () => ops.softmax(logits));
 * if (`${logits} ${weights}` !== "float16[2, 2] float32[2, 2]") throw new Error(`${logits}`);
 * ```
 */
export function inPrecision<T>(precision: Precision, trace: () => T): T {
  const before = current;
  current = precision;
  try {
    return trace();
  } finally {
    current = before;
  }
}

/**
 * The type that an operation's floating-point operands become: float16 in products, float32 where it
 * needs that or any of them is; undefined where they stay as they are.
 */
export function operandType(
  kernel: KernelName,
  operands: readonly { readonly dtype: string }[],
): "float16" | "float32" | undefined {
  const has = (type: string) => operands.some(({ dtype }) => dtype === type);
  if (current === "float32" || has("float64")) return undefined;
  if (NARROW.has(kernel)) return "float16";
  if (WIDE.has(kernel)) return "float32";
  if (kernel === "rotary") return operands[0].dtype === "float16" ? "float16" : "float32";
  return has("float16") && has("float32") ? "float32" : undefined;
}

/** Traces an operation's gradient: in float32 where the operation itself needs that. */
export function traceGradient<T>(kernel: KernelName, trace: () => T): T {
  return WIDE.has(kernel) ? inPrecision("float32", trace) : trace();
}
