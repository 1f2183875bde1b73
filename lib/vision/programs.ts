/** Graphs over the parameters of one store, each compiled when it is first needed. */
import { type Tensor, toOnnx } from "../graph/mod.ts";
import { ensureParameters, Scope } from "../nn/mod.ts";
import {
  type Device,
  expectDevice,
  expectStore,
  Program,
  type StateStore,
} from "../runtime/mod.ts";

export class Programs implements Disposable {
  readonly #owner: { readonly device: Device; readonly store: StateStore; readonly seed: number };
  readonly #compiled = new Map<string, Promise<Program>>();

  /**
   * @param owner whose parameters they use; the seed is for those that are not there yet
   * @throws TypeError where its device or store is none
   */
  constructor(
    owner: { readonly device: Device; readonly store: StateStore; readonly seed: number },
  ) {
    expectDevice(owner.device);
    expectStore(owner.store);
    this.#owner = owner;
  }

  /** The graph of that name, which `outputs` traces. */
  get(name: string, outputs: (scope: Scope) => Record<string, Tensor>): Promise<Program> {
    const known = this.#compiled.get(name);
    if (known) return known;
    const { device, store, seed } = this.#owner;
    const scope = new Scope();
    const model = toOnnx(outputs(scope));
    ensureParameters(store, scope.specs(), seed);
    const program = Program.compile(device, model, store);
    this.#compiled.set(name, program);
    return program;
  }

  /** Frees the graphs; the parameters stay in the store. */
  [Symbol.dispose](): void {
    for (const program of this.#compiled.values()) {
      program.then((program) => program[Symbol.dispose](), () => {});
    }
    this.#compiled.clear();
  }
}
