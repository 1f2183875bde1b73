/** Any encoder that somebody exported to ONNX. */
import { type OnnxPort, onnxSignature } from "../../graph/mod.ts";
import { type Device, Program, StateStore } from "../../runtime/mod.ts";
import { inBatches } from "../in_batches.ts";
import { preprocess, type Preprocessing } from "./preprocessing.ts";
import { type Teacher, TeacherError } from "./teacher.ts";

export interface OnnxEncoderOptions extends Preprocessing {
  readonly device: Device;
  /** The input that takes pictures; the only one unless told. */
  readonly input?: string;
  /** The output that has features `[pictures, tokens, features]`; the first of that rank unless told. */
  readonly output?: string;
  /** Tokens before the patches, such as a class token; as many as are more than a square unless told. */
  readonly skip?: number;
  /** Sizes that the model leaves open, by their names, besides those of the pictures. */
  readonly dimensions?: Readonly<Record<string, number>>;
}

const BATCH = 8;

/**
 * An encoder exported to ONNX, such as CLIP, SigLIP or DINOv2: pictures in, channels first or last,
 * and a feature for each token out.
 *
 * @throws TeacherError for a file that is missing or no such model, or whose features do not stand
 * on a square grid
 *
 * @example
 * ```ts
 * import { openDevice } from "../../runtime/mod.ts";
 * import { encoderFromOnnx } from "./onnx.ts";
 *
 * using device = await openDevice("cpu");
 * const half = [0.5, 0.5, 0.5] as const;
 * const path = "tests/fixtures/siglip_vision/model.onnx";
 * using teacher = await encoderFromOnnx(path, { device, size: 24, mean: half, std: half });
 * if (teacher.grid !== 4 || teacher.featureSize !== 32) throw new Error(`${teacher.grid}`);
 * ```
 */
export async function encoderFromOnnx(
  path: string,
  options: OnnxEncoderOptions,
): Promise<Teacher> {
  const { device, size, skip } = options;
  const model = await readModel(path);
  const { inputs, outputs } = signatureOf(model, path);
  const input = chosen("input", inputs, options.input, path);
  const channels = channelsOf(input, path);
  const pictures = channels === "first" ? [BATCH, 3, size, size] : [BATCH, size, size, 3];
  const dimensions = { ...options.dimensions, ...namedSizes(input, pictures, path) };
  const features = outputs.filter(({ shape }) => shape.length === 3);
  const output = chosen("output", features, options.output, path, outputs);
  const store = new StateStore(device);
  const program = await compile(device, model, store, dimensions, path);
  const close = () => {
    program[Symbol.dispose]();
    store[Symbol.dispose]();
  };
  const [, tokens, featureSize] = program.outputs[output.name].shape;
  const grid = Math.floor(Math.sqrt(tokens - (skip ?? 0)));
  const before = skip ?? tokens - grid ** 2;
  if (grid < 1 || before + grid ** 2 !== tokens) {
    close();
    throw new TeacherError(
      `Expected a square of patches after ${before} tokens in output "${output.name}" of ${path}, ` +
        `but found ${tokens} tokens`,
    );
  }
  return {
    grid,
    featureSize,
    encode: (all) =>
      inBatches(all, BATCH, async (batch) => {
        const pixels = await preprocess(batch, options);
        const found = await program.run({
          [input.name]: channels === "first" ? channelsFirst(pixels, size) : pixels,
        });
        const values = found[output.name] as Float32Array;
        return batch.map((_, i) =>
          values.slice((i * tokens + before) * featureSize, (i + 1) * tokens * featureSize)
        );
      }),
    [Symbol.dispose]: close,
  };
}

async function readModel(path: string): Promise<Uint8Array> {
  try {
    return await Deno.readFile(path);
  } catch (cause) {
    const why = cause instanceof Deno.errors.NotFound ? "no such file" : String(cause);
    throw new TeacherError(`Expected an ONNX model at ${path}, but found ${why}`, { cause });
  }
}

function signatureOf(model: Uint8Array, path: string): ReturnType<typeof onnxSignature> {
  try {
    return onnxSignature(model);
  } catch (cause) {
    throw new TeacherError(`${(cause as Error).message}, in ${path}`, { cause });
  }
}

/** The port of that name, or the first of those that would do. */
function chosen(
  what: "input" | "output",
  fitting: readonly OnnxPort[],
  name: string | undefined,
  path: string,
  all = fitting,
): OnnxPort {
  const found = name === undefined ? fitting[0] : fitting.find((port) => port.name === name);
  const isClear = what === "output" || name !== undefined || fitting.length === 1;
  if (found !== undefined && isClear) return found;
  const expected = name === undefined
    ? what === "input" ? "one input" : "an output [pictures, tokens, features]"
    : `the ${what} "${name}"${what === "output" ? " [pictures, tokens, features]" : ""}`;
  throw new TeacherError(`Expected ${expected} in ${path}, but found ${all.map(show).join(", ")}`);
}

const show = ({ name, shape }: OnnxPort) => `"${name}" [${shape.join(", ")}]`;

function channelsOf(input: OnnxPort, path: string): "first" | "last" {
  const { shape } = input;
  if (shape.length === 4 && (shape[1] === 3 || typeof shape[1] === "string")) return "first";
  if (shape.length === 4 && shape[3] === 3) return "last";
  throw new TeacherError(
    `Expected an input of pictures, [pictures, 3, size, size] or [pictures, size, size, 3], ` +
      `in ${path}, but found ${show(input)}`,
  );
}

/** Sizes for the names in an input's shape; a size that is fixed must be the one expected. */
function namedSizes(
  input: OnnxPort,
  expected: readonly number[],
  path: string,
): Record<string, number> {
  const sizes: Record<string, number> = {};
  input.shape.forEach((size, i) => {
    if (typeof size === "string") sizes[size] = expected[i];
    else if (size !== expected[i]) {
      throw new TeacherError(
        `Expected the input "${input.name}" of ${path} to take [${expected.join(", ")}], ` +
          `but found ${show(input)}`,
      );
    }
  });
  return sizes;
}

async function compile(
  device: Device,
  model: Uint8Array,
  store: StateStore,
  dimensions: Readonly<Record<string, number>>,
  path: string,
): Promise<Program> {
  try {
    return await Program.compile(device, model, store, { dimensions });
  } catch (cause) {
    const { message } = cause as Error;
    throw new TeacherError(`Expected ${path} to compile, but found: ${message}`, { cause });
  }
}

/** `[pictures, size, size, 3]` to `[pictures, 3, size, size]`. */
function channelsFirst(pixels: Float32Array, size: number): Float32Array<ArrayBuffer> {
  const plane = size * size;
  const moved = new Float32Array(pixels.length);
  for (let i = 0; i < pixels.length; i++) {
    const picture = Math.floor(i / (3 * plane));
    const place = Math.floor(i / 3) % plane;
    moved[(3 * picture + i % 3) * plane + place] = pixels[i];
  }
  return moved;
}
