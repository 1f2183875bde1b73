/** How a training begins in a folder, or goes on with what is there. */
import { JsonLines } from "../files/mod.ts";
import type { Json } from "../optim/mod.ts";
import type { StateStore } from "../runtime/mod.ts";
import { METRICS, type Metrics } from "./metrics.ts";
import { differences } from "./settings.ts";
import { expectRoom, restore, type TrainingFolder } from "./training_folder.ts";
import { readState, ResumeError } from "./training_state.ts";

/** A folder holds a training already, or files that are none's and would be lost. */
export class ExistingError extends Error {
  /** What tells it from other errors. */
  override name = "ExistingError";
}

/**
 * What a folder is resumed with, in the store and beside it.
 * @throws ResumeError where it was started with other settings, or one of its files is damaged
 */
export async function resumed(
  folder: TrainingFolder,
  settings: Record<string, Json>,
  store: StateStore,
) {
  const state = await readState(folder.state);
  const found = differences(state.settings, settings);
  if (found.length > 0) throw settingsError(folder, found);
  try {
    const tensors = folder.tensorsOf(state);
    expectRoom(store, tensors);
    const best = folder.bestOf(state);
    const metrics = state.metrics === 0
      ? await begunMetrics(folder)
      : await JsonLines.resume(folder.metrics, METRICS, state.metrics);
    restore(store, tensors);
    return { state: { ...state, best }, metrics };
  } catch (cause) {
    const found = (cause as Error).message;
    throw new ResumeError(`Expected a whole training in ${folder.path}, but found ${found}`, {
      cause,
    });
  }
}

export function settingsError({ path }: TrainingFolder, found: readonly string[]): ResumeError {
  return new ResumeError(
    `Expected the settings that ${path} was started with, but found others: ${found.join("; ")}`,
  );
}

/** Before anything is measured, what else lies in the folder is an earlier run's. */
export async function begunMetrics(folder: TrainingFolder): Promise<JsonLines<Metrics>> {
  await folder.removeOthers();
  return await JsonLines.create(folder.metrics, METRICS);
}

export function existingError(directory: string): ExistingError {
  return new ExistingError(
    `Expected no training in ${directory} yet, but found one: continue it with --resume ` +
      '(existing: "resume"), or begin anew in its place with --overwrite (existing: "overwrite")',
  );
}

/** Files that no run wrote are not for a run to replace. */
export async function expectNothingInTheWay(folder: TrainingFolder): Promise<void> {
  const found = await folder.firstInTheWay();
  if (found === undefined) return;
  throw new ExistingError(
    `Expected a training, or nothing that one would replace, in ${folder.path}, ` +
      `but found ${found}: choose another folder, or move it away`,
  );
}
