/** All that decides a run, as JSON: what it was begun with, and what differs where it goes on. */
import { brief } from "../graph/mod.ts";
import type { Json, Stage } from "../optim/mod.ts";

/**
 * What decides a run, by name: seed, device, configuration, a fingerprint of the data, … Anything
 * that JSON can hold, which is checked when a training is opened.
 */
export type Settings = Readonly<Record<string, unknown>>;

/**
 * Settings as they stand in a file.
 *
 * @throws TypeError naming what JSON cannot hold, and where it stands
 */
export function asJson(settings: Settings): Record<string, Json> {
  const json = jsonOf(settings, "");
  if (!isRecord(json)) {
    throw new TypeError(`Expected settings such as { seed: 0 }, but found ${brief(settings)}`);
  }
  return json;
}

/** What decides a stage. */
export function settingsOf({ name, steps, batchSize, settings = {} }: Stage): Record<string, Json> {
  const json = jsonOf(settings, `stages.${name}`);
  return { steps, batchSize, ...isRecord(json) ? json : { settings: json } };
}

/**
 * Where two values differ: a line for each place.
 *
 * @param path where the values stand; empty at the top
 *
 * @example
 * ```ts
 * import { differences } from "./settings.ts";
 *
 * const then = { seed: 0, stages: { alignment: { steps: 1900, rates: { "": 1 } } } };
 * const now = { seed: 0, stages: { alignment: { steps: 1000, rates: { "": 1 } } }, device: "cpu" };
 * const [first, second] = differences(then, now);
 * if (first !== "stages.alignment.steps was 1900, is 1000") throw new Error(first);
 * if (second !== "device was absent, is cpu") throw new Error(second);
 * ```
 */
export function differences(then: Json | undefined, now: Json | undefined, path = ""): string[] {
  const [before, after] = [entriesOf(then), entriesOf(now)];
  if (before === undefined || after === undefined || Array.isArray(then) !== Array.isArray(now)) {
    const [was, is] = [shown(then), shown(now)];
    return was === is ? [] : [`${path} was ${was}, is ${is}`];
  }
  const names = new Set([...before.keys(), ...after.keys()]);
  return [...names].flatMap((name) =>
    differences(before.get(name), after.get(name), placed(path, name))
  );
}

function placed(path: string, name: string): string {
  return path === "" ? name : `${path}.${name === "" ? '""' : name}`;
}

/** Undefined for what has none. */
function entriesOf(value: Json | undefined): ReadonlyMap<string, Json> | undefined {
  return typeof value === "object" && value !== null ? new Map(Object.entries(value)) : undefined;
}

function shown(value: Json | undefined): string {
  if (value === undefined) return "absent";
  return typeof value === "string" && /^[\w+.\/-]+$/.test(value) ? value : JSON.stringify(value);
}

function isRecord(value: unknown): value is Record<string, Json> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function jsonOf(value: unknown, path: string): Json {
  if (value === null || typeof value === "string" || typeof value === "boolean") return value;
  if (typeof value === "number" && Number.isFinite(value)) return value;
  if (Array.isArray(value)) return value.map((item, i) => jsonOf(item, placed(path, `${i}`)));
  if (isPlain(value)) {
    const entries = Object.entries(value).filter(([, item]) => item !== undefined);
    return Object.fromEntries(entries.map(([key, item]) => [key, jsonOf(item, placed(path, key))]));
  }
  const place = path === "" ? "" : ` at ${path}`;
  throw new TypeError(`Expected settings that JSON can hold, but found ${brief(value)}${place}`);
}

function isPlain(value: unknown): value is object {
  if (typeof value !== "object" || value === null) return false;
  const prototype = Object.getPrototypeOf(value);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}
