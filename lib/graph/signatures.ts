/** What each operation takes: how many tensors, and which attributes. Notebooks do not check types. */
import {
  type Attributes,
  KernelError,
  type KernelName,
  ONNX_DTYPE,
  type TensorType,
} from "../../kernels/mod.ts";
import { brief } from "./brief.ts";

/** What an attribute may be, and what it is where it is left out. */
interface Rule {
  readonly expected: string;
  readonly fits: (value: unknown) => boolean;
  readonly usual?: (x: TensorType) => Attributes[string];
}

interface Signature {
  /** How many tensors; undefined for one or more. */
  readonly tensors: number | undefined;
  readonly attributes?: Readonly<Record<string, Rule>>;
}

const whole: Rule = { expected: "a whole number", fits: Number.isInteger };
const wholes: Rule = {
  expected: "a list of whole numbers",
  fits: (value) => Array.isArray(value) && value.every(Number.isInteger),
};
const sizes: Rule = {
  expected: "a list of sizes from 0",
  fits: (value) => wholes.fits(value) && (value as number[]).every((size) => size >= 0),
};
const size: Rule = { expected: "a size from 0", fits: (value) => sizes.fits([value]) };
const number: Rule = { expected: "a finite number", fits: Number.isFinite };
const dtype: Rule = {
  expected: `one of ${Object.keys(ONNX_DTYPE).join(", ")}`,
  fits: (value) => typeof value === "string" && Object.hasOwn(ONNX_DTYPE, value),
};
const no: Rule = {
  expected: "true or false",
  fits: (value) => typeof value === "boolean",
  usual: () => false,
};

const unary: Signature = { tensors: 1 };
const binary: Signature = { tensors: 2 };
const reduction: Signature = {
  tensors: 1,
  attributes: {
    axes: { ...wholes, usual: ({ shape }) => shape.map((_, axis) => axis) },
    keepAxes: no,
  },
};

const SIGNATURES: Readonly<Record<KernelName, Signature>> = {
  add: binary,
  sub: binary,
  mul: binary,
  div: binary,
  equal: binary,
  greater: binary,
  where: { tensors: 3 },
  neg: unary,
  abs: unary,
  exp: unary,
  log: unary,
  sqrt: unary,
  tanh: unary,
  erf: unary,
  sigmoid: unary,
  silu: unary,
  relu: unary,
  softplus: unary,
  stopGradient: unary,
  cast: { tensors: 1, attributes: { dtype } },
  sum: reduction,
  mean: reduction,
  max: reduction,
  argmax: { tensors: 1, attributes: { axis: whole } },
  reshape: { tensors: 1, attributes: { shape: sizes } },
  transpose: { tensors: 1, attributes: { order: wholes } },
  expand: { tensors: 1, attributes: { shape: sizes } },
  slice: { tensors: 1, attributes: { axis: whole, start: whole, end: whole } },
  pad: { tensors: 1, attributes: { axis: whole, before: size, after: size } },
  concat: { tensors: undefined, attributes: { axis: whole } },
  range: { tensors: 0, attributes: { size } },
  gather: binary,
  scatterAdd: { tensors: 2, attributes: { rows: size } },
  write: { tensors: 3 },
  pick: binary,
  addAt: { tensors: 3 },
  matmul: {
    tensors: 2,
    attributes: { transposeA: no, transposeB: no, scale: { ...number, usual: () => 1 } },
  },
  softmax: unary,
  rmsNorm: { tensors: 2, attributes: { epsilon: number } },
  rotary: { tensors: 3 },
  crossEntropy: binary,
};

/**
 * The attributes of an operation, with those that were left out.
 *
 * @throws KernelError for tensors that are too few, too many or none, for attributes that the operation
 * does not have, and for values that they cannot have
 */
export function checked(
  kernel: KernelName,
  inputs: readonly unknown[],
  isTensor: (value: unknown) => value is TensorType,
  given: unknown = {},
): Attributes {
  const { tensors, attributes: rules = {} } = SIGNATURES[kernel];
  const fits = tensors === undefined ? inputs.length > 0 : inputs.length === tensors;
  if (!fits || !inputs.every(isTensor)) {
    const expected = tensors === undefined
      ? "tensors"
      : `${tensors} tensor${tensors === 1 ? "" : "s"}`;
    const found = inputs.length === 0 ? "none" : inputs.map(brief).join(" and ");
    throw new KernelError(`Expected ${expected}, but found ${found}`);
  }
  const names = Object.keys(rules);
  if (typeof given !== "object" || given === null || Array.isArray(given)) {
    throw new KernelError(`Expected { ${names.join(", ")} }, but found ${brief(given)}`);
  }
  const strange = Object.keys(given).find((name) => !names.includes(name));
  if (strange !== undefined) {
    throw new KernelError(`Expected { ${names.join(", ")} }, but found ${strange}`);
  }
  const values: Readonly<Record<string, unknown>> = { ...given };
  return Object.fromEntries(
    Object.entries(rules).map(([name, { expected, fits, usual }]) => {
      const value = values[name] ?? usual?.(inputs[0] as TensorType);
      if (fits(value)) return [name, value as Attributes[string]];
      throw new KernelError(`Expected ${name} to be ${expected}, but found ${brief(value)}`);
    }),
  );
}
