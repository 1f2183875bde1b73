/** Any encoder that somebody exported to ONNX. */
import {
  type OnnxOutput,
  onnxPart,
  type OnnxPort,
  type OnnxSignature,
  onnxSignature,
} from "../../graph/mod.ts";
import { type Device, Program, StateStore, type TensorData } from "../../runtime/mod.ts";
import { inBatches } from "../in_batches.ts";
import { oneLine } from "./json_file.ts";
import { filesBeside, readModelFile } from "./onnx_files.ts";
import { checkPreprocessing, preprocess, type Preprocessing } from "./preprocessing.ts";
import { EncoderError, type VisionEncoder } from "./vision_encoder.ts";

/** Where a model runs, and how it takes pictures. */
export interface OnnxEncoderOptions extends Preprocessing {
  /** Where it runs. */
  readonly device: Device;
  /** The input that takes pictures; default the only one that the features hang on. */
  readonly input?: string;
  /**
   * The output that has features `[pictures, tokens, features]`; default `last_hidden_state`, or
   * else the first of that rank that hangs on pictures alone.
   */
  readonly output?: string;
  /** Tokens before the patches, such as a class token; default as many as are more than a square. */
  readonly skip?: number;
}

/** Pictures at a time where a model leaves that open; one where it does so but cannot do more. */
const BATCHES = [8, 1];

const FLOATS = { float16: Float16Array, float32: Float32Array, float64: Float64Array };

/**
 * An encoder exported to ONNX, such as CLIP, SigLIP or DINOv2: pictures in, channels first or last,
 * and a feature for each token out. Pictures go in as many at a time as the model takes. Parameters
 * may stand in files beside; what the features do not hang on, such as a text tower, is left out.
 * One batch is run at once, so that a model that cannot be run is refused here.
 *
 * @throws EncoderError for a file that is missing or no such model, or whose features do not stand
 * on a square grid or hang on more than pictures; RangeError for options out of their range
 *
 * @example
 * ```ts
 * import { openDevice } from "../../runtime/mod.ts";
 * import { encoderFromOnnx } from "./onnx.ts";
 *
 * using device = await openDevice("cpu");
 * const half = [0.5, 0.5, 0.5] as const;
 * const path = "tests/fixtures/siglip_vision/model.onnx";
 * using encoder = await encoderFromOnnx(path, { device, size: 24, mean: half, std: half });
 * if (encoder.grid !== 4 || encoder.featureSize !== 32) throw new Error(`${encoder.grid}`);
 * ```
 */
export async function encoderFromOnnx(
  path: string,
  options: OnnxEncoderOptions,
): Promise<VisionEncoder> {
  const { skip } = options;
  checkPreprocessing(options);
  const { batch, run, shape: [tokens, featureSize], output, close } = await open(path, options);
  const grid = Math.floor(Math.sqrt(tokens - (skip ?? 0)));
  const before = skip ?? tokens - grid ** 2;
  if (grid < 1 || before + grid ** 2 !== tokens) {
    close();
    throw new EncoderError(
      `Expected a square of patches after ${before} tokens in output "${output}" of ${path}, ` +
        `but found ${tokens} tokens`,
    );
  }
  return {
    grid,
    featureSize,
    encode: (all) =>
      inBatches(all, batch, async (pictures) => {
        const values = await run(preprocess(pictures, options));
        return pictures.map((_, i) =>
          values.slice((i * tokens + before) * featureSize, (i + 1) * tokens * featureSize)
        );
      }),
    [Symbol.dispose]: close,
  };
}

interface OpenModel {
  /** Pictures at a time. */
  readonly batch: number;
  /** The features of preprocessed pixels `[batch, size, size, 3]`. */
  readonly run: (pixels: Float32Array) => Promise<Float32Array>;
  /** Tokens and features of a picture. */
  readonly shape: readonly number[];
  /** The name of the output that has them. */
  readonly output: string;
  readonly close: () => void;
}

async function open(path: string, options: OnnxEncoderOptions): Promise<OpenModel> {
  const { size } = options;
  const model = await readModelFile(path);
  const signature = signatureOf(model, path);
  const output = outputOf(signature, options.output, path);
  const input = inputOf(signature, output, options.input, path);
  const files = await filesBeside(path, output.files);
  const isFirst = channelsOf(input, path) === "first";
  const [fixed] = input.shape ?? [];
  let refused: unknown;
  for (const batch of typeof fixed === "number" ? [fixed] : BATCHES) {
    const shape = isFirst ? [batch, 3, size, size] : [batch, size, size, 3];
    checkSizes(input, shape, path);
    const part = onnxPart(model, { inputs: { [input.name]: shape }, output: output.name, files });
    const store = new StateStore(options.device);
    let close = () => store[Symbol.dispose]();
    try {
      const program = await Program.compile(options.device, part, store, { folder: files.folder });
      close = () => {
        program[Symbol.dispose]();
        store[Symbol.dispose]();
      };
      const run = runOf(program, input.name, output.name, isFirst ? size : undefined);
      const found = program.outputs[output.name].shape;
      if (found.length !== 3 || found[0] !== batch) {
        const shape = found.length === 0 ? "of unknown shape" : `[${found.join(", ")}]`;
        throw new Error(`"${output.name}" ${shape} for ${batch} pictures`);
      }
      await run(new Float32Array(batch * size * size * 3));
      return { batch, run, shape: found.slice(1), output: output.name, close };
    } catch (error) {
      close();
      refused ??= error;
    }
  }
  throw new EncoderError(`Expected ${path} to compile and run, but found: ${oneLine(refused)}`, {
    cause: refused,
  });
}

/** Runs a program with numbers of its own type, and returns float32. */
function runOf(
  program: Program,
  input: string,
  output: string,
  /** Width and height where channels come first. */
  size: number | undefined,
): (pixels: Float32Array) => Promise<Float32Array> {
  const Pixels = FLOATS[program.inputs[input].dtype as keyof typeof FLOATS];
  return async (pixels) => {
    const placed = size === undefined ? pixels : channelsFirst(pixels, size);
    const given = Pixels === Float32Array ? placed : new Pixels(placed);
    const { [output]: found } = await program.run({ [input]: given as TensorData });
    const values = found instanceof Float32Array ? found : Float32Array.from(found as Float64Array);
    const odd = values.findIndex((value) => !Number.isFinite(value));
    if (odd >= 0) {
      throw new EncoderError(`Expected features that are numbers, but found ${values[odd]}`);
    }
    return values;
  };
}

function signatureOf(model: Uint8Array, path: string): OnnxSignature {
  try {
    return onnxSignature(model);
  } catch (cause) {
    throw new EncoderError(`${(cause as Error).message}, in ${path}`, { cause });
  }
}

/** The output of that name, or the first that would do; one without a shape may turn out to do. */
function outputOf(
  { inputs, outputs }: OnnxSignature,
  name: string | undefined,
  path: string,
): OnnxOutput {
  const fitting = outputs.filter(({ shape }) => shape === undefined || shape.length === 3);
  const numbers = inputs.filter(isFloat).map(({ name }) => name);
  const seeing = fitting.filter(({ needs }) => needs.length === 1 && numbers.includes(needs[0]));
  const found = name === undefined
    ? fitting.find(({ name }) => name === "last_hidden_state") ??
      seeing.find(({ shape }) => shape !== undefined) ?? seeing[0] ?? fitting[0]
    : fitting.find((port) => port.name === name);
  if (found === undefined) {
    const expected = name === undefined ? "an output" : `the output "${name}"`;
    throw new EncoderError(
      `Expected ${expected} [pictures, tokens, features] in ${path}, but found ${list(outputs)}`,
    );
  }
  checkFloats(found, path);
  return found;
}

/** The input that takes pictures, which must be all that the features hang on. */
function inputOf(
  { inputs }: OnnxSignature,
  output: OnnxOutput,
  name: string | undefined,
  path: string,
): OnnxPort {
  const needed = inputs.filter((port) => output.needs.includes(port.name));
  const found = name === undefined ? needed[0] : needed.find((port) => port.name === name);
  if (found === undefined || needed.length > 1) {
    const expected = name === undefined ? "one input" : `the input "${name}" alone`;
    throw new EncoderError(
      `Expected "${output.name}" of ${path} to hang on ${expected}, but found ${list(needed)}`,
    );
  }
  checkFloats(found, path);
  return found;
}

const isFloat = ({ type = "" }: OnnxPort) => Object.hasOwn(FLOATS, type);

function checkFloats(port: OnnxPort, path: string): void {
  if (isFloat(port)) return;
  throw new EncoderError(
    `Expected "${port.name}" of ${path} to be ${Object.keys(FLOATS).join(", ")}, ` +
      `but found ${show(port)}`,
  );
}

const list = (ports: readonly OnnxPort[]) => ports.map(show).join(", ") || "none";
const show = ({ name, type = "no tensor", shape }: OnnxPort) =>
  `"${name}" ${type} ${shape === undefined ? "of no shape" : `[${shape.join(", ")}]`}`;

function channelsOf(input: OnnxPort, path: string): "first" | "last" {
  const { shape } = input;
  if (shape === undefined) return "first";
  if (shape.length === 4 && (shape[1] === 3 || typeof shape[1] === "string" && shape[3] !== 3)) {
    return "first";
  }
  if (shape.length === 4 && shape[3] === 3) return "last";
  throw new EncoderError(
    `Expected an input of pictures, [pictures, 3, size, size] or [pictures, size, size, 3], ` +
      `in ${path}, but found ${show(input)}`,
  );
}

/** Throws unless the sizes that an input fixes are those expected. */
function checkSizes(input: OnnxPort, expected: readonly number[], path: string): void {
  if (!input.shape?.some((size, i) => typeof size === "number" && size !== expected[i])) return;
  throw new EncoderError(
    `Expected the input "${input.name}" of ${path} to take [${expected.join(", ")}], ` +
      `but found ${show(input)}`,
  );
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
