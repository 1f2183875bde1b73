/** state.json: how far a training in a folder has come. */
import { type Schema, z } from "../packages/zod.ts";
import type { Json } from "../optim/mod.ts";

const count = z.int().nonnegative();

const stageSummarySchema = z.object({
  name: z.string(),
  samples: count,
  seconds: z.number(),
  firstLoss: z.number(),
  lastLoss: z.number(),
});

/** What a finished stage did. */
export interface StageSummary {
  /** Of the stage. */
  readonly name: string;
  /** Samples that it saw, repetitions included. */
  readonly samples: number;
  /** How long it took, interruptions left out. */
  readonly seconds: number;
  /** At its first step. */
  readonly firstLoss: number;
  /** At its last step. */
  readonly lastLoss: number;
}

/** Where a training was when its parameters scored best so far. */
export interface Best {
  /** Higher is better. */
  readonly score: number;
  /** The name of the stage. */
  readonly stage: string;
  /** The stage's step, from 1. */
  readonly step: number;
}

const bestSchema = z.object({
  score: z.number(),
  stage: z.string(),
  step: z.int().positive(),
});

/** Checks what is kept of the best. */
export const Best: Schema<Best> = bestSchema;

const VERSION = 2;

const Settings: z.ZodType<Record<string, Json>> = z.record(z.string(), z.json());

export const TENSORS = ["state.a.safetensors", "state.b.safetensors"] as const;

const TrainingState = z.strictObject({
  format: z.literal("illume training"),
  version: z.literal(VERSION),
  /** What the run was started with. */
  settings: Settings,
  /** What decides each stage that was begun, in their order. */
  stages: z.array(z.object({ name: z.string(), settings: Settings })),
  /** The commits of Illume that worked on the run, as they took turns. */
  commits: z.array(z.string()),
  seconds: z.number(),
  done: z.array(stageSummarySchema),
  /** The file that goes with this state. The two take turns, so that no crash can mix two states. */
  tensors: z.enum(TENSORS),
  /** The lines of metrics.jsonl that go with this state. */
  metrics: count,
  /** The stage that was stopped in the middle. */
  current: z.object({
    stage: z.string(),
    step: z.int().positive(),
    firstLoss: z.number(),
    seconds: z.number(),
  }).optional(),
  /** The best that was offered. */
  best: bestSchema.optional(),
  /** After how many stages the best took the place of the last. */
  restored: z.array(count),
  /** Results of what is done between stages. */
  results: z.record(z.string(), z.unknown()),
});
export type TrainingState = z.infer<typeof TrainingState>;

/** A folder that cannot be resumed from: one line that says what was expected and found. */
export class ResumeError extends Error {
  /** What tells it from other errors. */
  override name = "ResumeError";
}

/** The state of a training that begins. */
export function firstState(settings: Record<string, Json>, commit?: string): TrainingState {
  return {
    format: "illume training",
    version: VERSION,
    settings,
    stages: [],
    commits: commit === undefined ? [] : [commit],
    seconds: 0,
    done: [],
    tensors: TENSORS[0],
    metrics: 0,
    restored: [],
    results: {},
  };
}

/**
 * Reads state.json.
 * @throws ResumeError where it is missing or damaged
 */
export async function readState(path: string): Promise<TrainingState> {
  let json: unknown;
  try {
    json = JSON.parse(await Deno.readTextFile(path));
  } catch (error) {
    if (error instanceof SyntaxError) {
      throw new ResumeError(`Expected the state of a training in ${path}, but found no JSON`);
    }
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    throw new ResumeError(`Expected a stopped training, but found no ${path}`);
  }
  const found = (json as { version?: unknown } | null)?.version;
  if (typeof found === "number" && found < VERSION) {
    throw new ResumeError(
      `Expected the state of a training of version ${VERSION} in ${path}, but found version ` +
        `${found}, which an earlier Illume wrote: go on with that, or begin anew`,
    );
  }
  return checked(TrainingState, json, `the state of a training of version ${VERSION} in ${path}`);
}

/**
 * What a file holds, checked.
 * @throws ResumeError that says which field is not as expected
 */
export function checked<T>(
  schema: { parse(value: unknown): T },
  value: unknown,
  expected: string,
): T {
  try {
    return schema.parse(value);
  } catch (error) {
    const found = error instanceof z.ZodError
      ? `at ${error.issues[0].path.join(".") || "its top"}: ${error.issues[0].message}`
      : (error as Error).message;
    throw new ResumeError(`Expected ${expected}, but found ${found}`, { cause: error });
  }
}
