/** Matrix products. In the formulas g is ∂loss/∂output. */
import {
  type Attributes,
  broadcastShape,
  expect,
  expectFloats,
  type Kernel,
  unbroadcast,
} from "./kernel.ts";
import { show, type TensorType } from "./tensor_type.ts";

interface MatmulAttributes extends Attributes {
  transposeA: boolean;
  transposeB: boolean;
  scale: number;
}

function matrixShape(x: TensorType, transposed: boolean): [number, number] {
  const [rows, columns] = x.shape.slice(-2);
  return transposed ? [columns, rows] : [rows, columns];
}

/** The order that swaps the last two axes. */
function swapped(rank: number): number[] {
  const order = Array.from({ length: rank }, (_, i) => i);
  return [...order.slice(0, -2), rank - 1, rank - 2];
}

/**
 * s·a·b: s·g·bᵀ, s·aᵀ·g. Products of two matrices are written as Gemm, which takes its operands
 * transposed and scales; with leading axes, as Mul, Transpose and MatMul, which ONNX Runtime fuses.
 */
export const matmul: Kernel<MatmulAttributes> = {
  infer([a, b], { transposeA, transposeB }) {
    const found = `${show(a)}${transposeA ? "ᵀ" : ""} and ${show(b)}${transposeB ? "ᵀ" : ""}`;
    expectFloats(a, b);
    expect(a.shape.length >= 2 && b.shape.length >= 2, "operands of rank 2 or more", found);
    const [rows, inner] = matrixShape(a, transposeA);
    const [innerB, columns] = matrixShape(b, transposeB);
    expect(inner === innerB, "equal inner sizes", found);
    return {
      dtype: a.dtype,
      shape: [...broadcastShape(a.shape.slice(0, -2), b.shape.slice(0, -2)), rows, columns],
    };
  },
  onnx(writer, [a, b], { transposeA, transposeB, scale }, { inputs: [typeA, typeB] }) {
    if (typeA.shape.length === 2 && typeB.shape.length === 2) {
      return writer.node("Gemm", [a, b], {
        transA: transposeA ? 1 : 0,
        transB: transposeB ? 1 : 0,
        alpha: { float: scale },
      });
    }
    const operand = (name: string, type: TensorType, transposed: boolean) =>
      transposed ? writer.node("Transpose", [name], { perm: swapped(type.shape.length) }) : name;
    const scaled = scale === 1 ? a : writer.node("Mul", [a, writer.scalar(scale, typeA.dtype)]);
    return writer.node("MatMul", [
      operand(scaled, typeA, transposeA),
      operand(b, typeB, transposeB),
    ]);
  },
  gradient(ops, { inputs: [a, b], gradient: g }, { transposeA, transposeB, scale }) {
    const da = transposeA
      ? ops.matmul(b, g, { transposeA: transposeB, transposeB: true, scale })
      : ops.matmul(g, b, { transposeB: !transposeB, scale });
    const db = transposeB
      ? ops.matmul(g, a, { transposeA: true, transposeB: transposeA, scale })
      : ops.matmul(a, g, { transposeA: !transposeA, scale });
    return [unbroadcast(ops, da, a.shape), unbroadcast(ops, db, b.shape)];
  },
};
