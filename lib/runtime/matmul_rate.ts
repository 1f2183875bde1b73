/** How fast a device multiplies matrices. */
import { input, ops, toOnnx } from "../graph/mod.ts";
import type { Device } from "./device.ts";

/**
 * How fast a device multiplies two matrices of `size`² numbers, in floating-point operations a
 * second (two for each multiplication): the best of several products, the first left out.
 *
 * @example
 * ```ts
 * import { openDevice } from "./open_device.ts";
 * import { matmulRate } from "./matmul_rate.ts";
 *
 * using device = await openDevice("cpu");
 * console.log(`${(await matmulRate(device, 512) / 1e9).toFixed(0)} GFLOP/s`);
 * ```
 */
export async function matmulRate(device: Device, size = 1024): Promise<number> {
  const [a, b] = ["a", "b"].map((name) => input(name, "float32", [size, size]));
  const corner = ops.slice(ops.matmul(a, b), { axis: 0, start: 0, end: 1 });
  using product = await device.compile(toOnnx({ corner }));
  using left = device.buffer(a);
  using right = device.buffer(b);
  using result = device.buffer(corner);
  const seconds = async () => {
    const start = performance.now();
    await product.run({ a: left, b: right }, { corner: result });
    await result.read(); // a GPU may go on after the run
    return (performance.now() - start) / 1000;
  };
  await seconds();
  let best = Infinity;
  for (let spent = 0, runs = 0; runs < RUNS && spent < SECONDS; runs++) {
    const taken = await seconds();
    best = Math.min(best, taken);
    spent += taken;
  }
  return 2 * size ** 3 / best;
}

const RUNS = 10;
const SECONDS = 0.5;
