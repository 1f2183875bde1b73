/** Named parameters, declared where they are used. */
import { Random } from "../runtime/random.ts";
import { elements, sameShape, type TensorType } from "../../kernels/mod.ts";
import { input, ShapeError, type Tensor } from "../graph/mod.ts";

/** How a parameter begins. */
export type Initializer =
  | { readonly kind: "normal"; readonly deviation: number }
  | { readonly kind: "constant"; readonly value: number };

/**
 * What a parameter is: a `map` takes one space to another, each row of a `table` stands for something
 * by itself (an embedding, a code, a class), a `vector` scales or shifts. Optimizers ask for it.
 */
export type Role = "map" | "table" | "vector";

/** A parameter as a model declares it. */
export interface ParameterSpec extends TensorType {
  /** Its whole name, such as "model.layers.0.mlp.up_proj.weight". */
  readonly name: string;
  /** What it holds before anything is learned. */
  readonly initializer: Initializer;
  /** What optimizers take it for. */
  readonly role: Role;
}

/**
 * A place in a tree of parameters. A layer asks its scope for the parameters it needs, by name and
 * shape; tracing the model therefore declares them all. Names follow Hugging Face
 * (`model.layers.0.self_attn.q_proj.weight`).
 *
 * @example
 * ```ts
 * import { Scope } from "./scope.ts";
 *
 * const scope = new Scope();
 * scope.at("model").at("norm").parameter("weight", [8], { kind: "constant", value: 1 });
 * if (scope.specs()[0].name !== "model.norm.weight") throw new Error("Expected the full name");
 * ```
 */
export class Scope {
  readonly #declared: Map<string, { spec: ParameterSpec; tensor: Tensor }>;

  /** The root of a tree. Places below it come from `at`. */
  constructor(private readonly prefix = "", parent?: Scope) {
    this.#declared = parent ? parent.#declared : new Map();
  }

  /** The scope below this one. */
  at(name: string | number): Scope {
    return new Scope(`${this.prefix}${name}.`, this);
  }

  /**
   * The parameter of that name: declared at first, the same one afterwards.
   *
   * @param role default `vector` for up to one axis, `map` for more
   * @throws ShapeError where it was declared with another shape or role
   */
  parameter(
    name: string,
    shape: readonly number[],
    initializer: Initializer,
    role: Role = shape.length < 2 ? "vector" : "map",
  ): Tensor {
    const full = this.prefix + name;
    const known = this.#declared.get(full);
    if (known === undefined) {
      const tensor = input(full, "float32", shape);
      const spec = { name: full, dtype: "float32", shape, initializer, role } as const;
      this.#declared.set(full, { spec, tensor });
      return tensor;
    }
    const { spec } = known;
    if (!sameShape(spec.shape, shape) || spec.role !== role) {
      throw new ShapeError(
        `Expected parameter "${full}" to be a ${spec.role} of shape [${spec.shape.join(", ")}], ` +
          `but found a use of it as a ${role} of shape [${shape.join(", ")}]`,
      );
    }
    return known.tensor;
  }

  /** All parameters declared so far in the whole tree. */
  specs(): ParameterSpec[] {
    return [...this.#declared.values()].map(({ spec }) => spec);
  }

  /** The tensor that stands for a parameter in the graph. */
  tensor(name: string): Tensor {
    const known = this.#declared.get(name);
    if (known === undefined) throw new Error(`Expected a declared parameter, but found "${name}"`);
    return known.tensor;
  }
}

/** A parameter's first values. They depend on the seed and its name only. */
export function initialValue(spec: ParameterSpec, seed: number): Float32Array<ArrayBuffer> {
  const { initializer } = spec;
  if (initializer.kind === "constant") {
    return new Float32Array(elements(spec.shape)).fill(initializer.value);
  }
  const random = new Random(seed, "parameter", spec.name);
  return random.normals(elements(spec.shape)).map((x) => x * initializer.deviation);
}
