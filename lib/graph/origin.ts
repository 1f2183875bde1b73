/** Where in the program the tensors of a graph come from. */

/** Frames of these files are the tools that a model is written with, not the model. */
const TOOLS = /\/(kernels|lib\/graph)\/|\/lib\/nn\/layers\.ts/;
/** A line of a file: the engine's own functions have none. */
const PLACE = /:\d+:\d+\)?$/;
const FRAMES = 24;
const ROOT = new URL("../../", import.meta.url).href;

/** The place in the program that was at work when this was made. */
export class Origin {
  readonly #stack: { readonly stack?: string } = {};

  constructor() {
    const limit = Error.stackTraceLimit;
    Error.stackTraceLimit = FRAMES;
    Error.captureStackTrace(this.#stack, Origin); // written out when it is asked for
    Error.stackTraceLimit = limit;
  }

  /** The line of the model, such as `lib/nn/transformer.ts:95 in attention`. */
  get line(): string {
    const frames = (this.#stack.stack ?? "").split("\n").slice(1);
    const frame = frames.find((frame) => PLACE.test(frame) && !TOOLS.test(frame)) ?? "";
    const [, name, file, line] = /at (?:async )?(?:(.*?) \()?(.*?):(\d+):\d+\)?$/.exec(frame) ?? [];
    if (file === undefined) return "somewhere";
    const place = `${file.startsWith(ROOT) ? file.slice(ROOT.length) : file}:${line}`;
    return name === undefined ? place : `${place} in ${name}`;
  }
}

let current: Origin | undefined;

/** The origin of what is made now. */
export function origin(): Origin {
  return current ?? new Origin();
}

/** Makes things on behalf of another place: a gradient comes from where its value does. */
export function onBehalfOf<T>(origin: Origin, make: () => T): T {
  const before = current;
  current = origin;
  try {
    return make();
  } finally {
    current = before;
  }
}
