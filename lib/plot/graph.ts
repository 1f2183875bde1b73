/** Graphs of operations, as Graphviz lays them out. */
import { brief, sorted, Tensor } from "../graph/mod.ts";
import { viz } from "../packages/viz.ts";
import { Figure } from "./figure.ts";
import { theme } from "./theme.ts";

/** Operations of a graph that can be drawn, at most. */
const MOST = 300;

/** Numbers of a constant that are written out, at most. */
const WRITTEN = 4;

/** What is drawn of a graph. */
export interface GraphOptions {
  /** Over the graph; default none. */
  readonly title?: string;
  /** Where to stop: what these depend on is left out. Default nothing. */
  readonly from?: readonly Tensor[];
}

/**
 * A graph of operations, from its inputs at the top to its outputs: each operation with the type of
 * what it gives.
 *
 * @param outputs tensors by name, as for `toOnnx`
 * @throws TypeError where the outputs are not tensors by name
 * @throws RangeError where there are no outputs, or more operations than a page holds
 *
 * @example
 * ```ts
 * import { input, ops } from "../graph/mod.ts";
 * import { graph } from "./graph.ts";
 *
 * const x = input("x", "float32", [2, 3]);
 * const figure = await graph({ y: ops.tanh(ops.mul(x, 2)) });
 * if (!figure.svg().includes("tanh")) throw new Error("Expected the operation");
 * ```
 */
export async function graph(
  outputs: Readonly<Record<string, Tensor>>,
  { title, from = [] }: GraphOptions = {},
): Promise<Figure> {
  const named = Object.entries(outputs ?? {});
  const strange = named.find(([, tensor]) => !(tensor instanceof Tensor));
  if (strange !== undefined) {
    throw new TypeError(`Expected tensors by name, but found ${brief(strange[1])}`);
  }
  if (named.length === 0) {
    throw new RangeError("Expected outputs to draw a graph of, but found none");
  }
  const tensors = sorted(named.map(([, tensor]) => tensor), from);
  if (tensors.length > MOST) {
    throw new RangeError(
      `Expected a graph of at most ${MOST} operations, but found ${tensors.length}: draw a part of ` +
        "it, with tensors as `from`",
    );
  }
  const description = title ?? `a graph of ${tensors.length} operations`;
  const { instance } = await viz;
  const svg = (await instance()).renderString(dotOf(named, tensors, from, title), {
    format: "svg",
  });
  return new Figure(description, () => svg.slice(svg.indexOf("<svg")));
}

function dotOf(
  outputs: readonly (readonly [string, Tensor])[],
  tensors: readonly Tensor[],
  from: readonly Tensor[],
  title: string | undefined,
): string {
  const lines = tensors.map((tensor) => nodeOf(tensor, from));
  for (const tensor of tensors) {
    if (from.includes(tensor)) continue;
    for (const input of sourcesOf(tensor)) lines.push(`n${input.number} -> n${tensor.number}`);
  }
  outputs.forEach(([name, { number }], i) => {
    lines.push(`o${i} [label=${quoted(name)}, shape=ellipse, color=${quoted(theme.good)}]`);
    lines.push(`n${number} -> o${i}`);
  });
  const font = `fontname="Helvetica", fontsize=11, fontcolor=${quoted(theme.ink)}`;
  return `digraph {
    graph [bgcolor=${quoted(theme.paper)}, pad=0.2, nodesep=0.25, ranksep=0.3, ${font}${
    title === undefined ? "" : `, label=${quoted(title)}, labelloc=t`
  }]
    node [shape=box, style=rounded, color=${quoted(theme.quiet)}, height=0.3, ${font}]
    edge [color=${quoted(theme.quiet)}, arrowsize=0.6]
    ${lines.join("\n    ")}
  }`;
}

function nodeOf(tensor: Tensor, from: readonly Tensor[]): string {
  const { number, source } = tensor;
  const given = from.includes(tensor) || source.kind === "input";
  const look = given ? `, shape=ellipse, color=${quoted(theme.accent)}` : "";
  return `n${number} [label=${quoted(`${nameOf(tensor)}\n${typeOf(tensor)}`)}${look}]`;
}

function nameOf({ source }: Tensor): string {
  switch (source.kind) {
    case "input":
      return source.name;
    case "constant":
      return source.data.length > WRITTEN ? "constant" : source.data.join(", ");
    case "kernel":
      return source.kernel;
    case "composed":
      return "with a gradient of its own";
  }
}

const typeOf = ({ dtype, shape }: Tensor) => `${dtype}[${shape.join(", ")}]`;

/** What an arrow leads from: of what is composed, what computes it. */
function sourcesOf({ source }: Tensor): readonly Tensor[] {
  if (source.kind === "kernel") return source.inputs;
  return source.kind === "composed" ? [source.value] : [];
}

/** A text in Graphviz's language. */
const quoted = (text: string) =>
  `"${text.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n")}"`;
