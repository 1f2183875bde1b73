/**
 * The files of a training: `metrics.jsonl`, and in `training/` the state, which names the file of the
 * tensors that go with it. A program that is killed at any moment leaves a whole state.
 */
import { isDeepStrictEqual } from "node:util";
import {
  decodeSafetensors,
  encodeSafetensors,
  type NamedTensor,
  removeLeftOvers,
  SafetensorsFile,
  writeFileAtomic,
} from "../files/mod.ts";
import { isOfOptimizer } from "../optim/mod.ts";
import type { StateStore } from "../runtime/mod.ts";
import { Best, checked, readState, TENSORS, type TrainingState } from "./training_state.ts";

export class TrainingFolder {
  /** Where the state is. A folder with one holds a training. */
  readonly state: string;
  readonly metrics: string;
  /** The parameters that scored best; where that was stands in its header. */
  readonly best: string;
  readonly #tensors: string;
  readonly #others: readonly string[];

  /** @param files what else the run writes: paths in the folder */
  constructor(readonly path: string, files: readonly string[] = []) {
    this.state = `${path}/training/state.json`;
    this.metrics = `${path}/metrics.jsonl`;
    this.#tensors = `${path}/training`;
    this.best = `${this.#tensors}/best.safetensors`;
    this.#others = files.map((file) => `${path}/${file}`);
  }

  holdsTraining(): Promise<boolean> {
    return exists(this.state);
  }

  /** The first file that a training would replace, apart from its state. */
  async firstInTheWay(): Promise<string | undefined> {
    for (const path of [this.metrics, ...this.#others]) if (await exists(path)) return path;
  }

  /**
   * Saves a state that begins a training. It comes first: from then on, whatever is left of an
   * earlier one is no part of it.
   */
  async begin(state: TrainingState, store: StateStore): Promise<TrainingState> {
    await Deno.mkdir(this.#tensors, { recursive: true });
    const before = await readState(this.state).catch(() => undefined);
    return await this.saveAll({ ...state, tensors: before?.tensors ?? state.tensors }, store);
  }

  /** Removes what else an earlier run wrote. */
  async removeOthers(): Promise<void> {
    for (const path of this.#others) await removeIfThere(path);
  }

  /**
   * Removes what a killed run was writing. The best is written before the state: where a state knows
   * none, its run goes back to before it, or is another.
   */
  async removeLeftOvers({ best }: TrainingState): Promise<void> {
    if (best === undefined) await removeIfThere(this.best);
    const tensors = TENSORS.map((name) => `${this.#tensors}/${name}`);
    for (const path of [this.state, ...tensors, this.best, this.metrics, ...this.#others]) {
      await removeLeftOvers(path);
    }
  }

  /** Saves a state whose tensors are the same as before. */
  async save(state: TrainingState): Promise<void> {
    await writeFileAtomic(this.state, JSON.stringify(state));
  }

  /**
   * Saves tensors, and the state, which then names their file. The tensors go first, into a file that
   * the old state does not name: until the new state is in its place, the old one is whole.
   */
  async saveAll(state: TrainingState, store: StateStore): Promise<TrainingState> {
    const tensors = await store.readAll() as Map<string, NamedTensor>;
    const before = state.tensors;
    const [a, b] = TENSORS;
    const saved = { ...state, tensors: before === a ? b : a };
    await writeFileAtomic(`${this.#tensors}/${saved.tensors}`, encodeSafetensors(tensors));
    await this.save(saved);
    await removeIfThere(`${this.#tensors}/${before}`);
    return saved;
  }

  /** Saves the parameters in a store as the best. */
  async saveBest(best: Best, store: StateStore): Promise<void> {
    const names = store.keptNames().filter((name) => !isOfOptimizer(name));
    const tensors = await store.readAll(names) as Map<string, NamedTensor>;
    const about = { best: JSON.stringify(best) };
    await writeFileAtomic(this.best, encodeSafetensors(tensors, about));
  }

  /** The best of the run that a state is of; it may be later. Throws where its file is damaged. */
  bestOf({ best }: TrainingState): Best | undefined {
    if (best === undefined) return undefined;
    using file = SafetensorsFile.open(this.best);
    const schema = { parse: (text: unknown) => Best.parse(JSON.parse(text as string)) };
    return checked(schema, file.metadata.best ?? "", `the best of a training in ${this.best}`);
  }

  /** Puts the best parameters into a store. Throws where their file is damaged. */
  restoreBest(store: StateStore): void {
    restore(store, decodeSafetensors(this.best).tensors);
  }

  /** The tensors that go with a state. Throws where they are damaged. */
  tensorsOf({ tensors }: TrainingState): ReadonlyMap<string, NamedTensor> {
    return decodeSafetensors(`${this.#tensors}/${tensors}`).tensors;
  }
}

/** Bytes of what is saved of a store. */
export function bytesToSave(store: StateStore): number {
  const sizes = store.keptNames().map((name) => store.get(name).type.shape);
  return sizes.reduce((sum, shape) => sum + 4 * shape.reduce((a, b) => a * b, 1), 0);
}

/**
 * Checks that a store can take saved tensors. It may hold some of the same names already, such as
 * those that the training began with, but no others.
 */
export function expectRoom(store: StateStore, tensors: ReadonlyMap<string, NamedTensor>): void {
  for (const name of store.keptNames()) {
    const found = store.get(name).type.shape;
    const kept = tensors.get(name)?.shape;
    if (isDeepStrictEqual(found, kept)) continue;
    const expected = kept === undefined ? "none of that name" : `one of [${kept.join(", ")}]`;
    throw new Error(
      `"${name}" of [${found.join(", ")}] in the store, and in the state ${expected}`,
    );
  }
}

/** Puts saved tensors into a store, in place of those of the same names. */
export function restore(store: StateStore, tensors: ReadonlyMap<string, NamedTensor>): void {
  for (const [name, { shape, data }] of tensors) {
    if (store.has(name)) store.write(name, data);
    else store.add(name, { dtype: "float32", shape }, data);
  }
}

async function exists(path: string): Promise<boolean> {
  try {
    await Deno.lstat(path);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

async function removeIfThere(path: string): Promise<void> {
  if (await exists(path)) await Deno.remove(path);
}
