/** Whether a world that somebody made can be drawn and spoken of. */
import { brief } from "../../graph/brief.ts";
import { CONCEPTS } from "./concepts.ts";
import { STYLES, type World } from "./world.ts";

/** Scenes have up to four different things, and questions ask for one that is not there. */
const FEWEST_CONCEPTS = 5;

/** What a field of a world may be. */
interface Rule {
  readonly expected: string;
  readonly fits: (value: unknown) => boolean;
}

const isWhole = (value: unknown, least = 0, most = Infinity) =>
  Number.isInteger(value) && (value as number) >= least && (value as number) <= most;

/** A list of something, in which nothing comes twice. */
const isSet = (value: unknown, fits: (element: unknown) => boolean, fewest = 1) =>
  Array.isArray(value) && value.length >= fewest && value.every(fits) &&
  new Set(value).size === value.length;

const isBackground = (value: unknown) => {
  const { name, rgb } = (value ?? {}) as { name?: unknown; rgb?: unknown };
  const isShade = (shade: unknown) => isWhole(shade, 0, 255);
  return typeof name === "string" && Array.isArray(rgb) && rgb.length === 3 && rgb.every(isShade);
};

const known = (names: object) => Object.keys(names).join(", ");

const RULES: Readonly<Record<keyof World, Rule>> = {
  name: {
    expected: 'a name, such as "nano"',
    fits: (value) => typeof value === "string" && value !== "",
  },
  concepts: {
    expected: `at least ${FEWEST_CONCEPTS} different ones of ${known(CONCEPTS)}`,
    fits: (value) =>
      isSet(value, (name) => Object.hasOwn(CONCEPTS, name as string), FEWEST_CONCEPTS),
  },
  styles: {
    expected: `different ones of ${STYLES.join(", ")}`,
    fits: (value) => isSet(value, (style) => STYLES.some((name) => name === style)),
  },
  backgrounds: {
    expected: 'backgrounds of different names, such as { name: "sky", rgb: [132, 192, 236] }',
    fits: (value) =>
      isSet(value, isBackground) &&
      isSet((value as World["backgrounds"]).map(({ name }) => name), () => true),
  },
  pictureSize: { expected: "64", fits: (value) => value === 64 },
  grid: {
    expected: "a number of tokens a side that divides 64",
    fits: (value) => isWhole(value, 1) && 64 % (value as number) === 0,
  },
  lattice: {
    expected: "different whole numbers of pixels from 0 to 64",
    fits: (value) => isSet(value, (place) => isWhole(place, 0, 64)),
  },
  objectSizes: {
    expected: "different even numbers of pixels from 2 to 64",
    fits: (value) => isSet(value, (size) => isWhole(size, 2, 64) && (size as number) % 2 === 0),
  },
  jitter: { expected: "a whole number of pixels from 0", fits: (value) => isWhole(value) },
  gap: { expected: "a whole number of pixels from 0", fits: (value) => isWhole(value) },
};

/**
 * Does nothing for a world that can be drawn and spoken of.
 *
 * @throws {RangeError} that names the first field that cannot be, and what was found there
 * @throws {TypeError} for anything but an object
 *
 * @example
 * ```ts
 * import { expectWorld } from "./expect_world.ts";
 * import { worldOf } from "./world.ts";
 *
 * const nano = worldOf("nano");
 * expectWorld({ ...nano, concepts: nano.concepts.slice(0, 6) });
 * try {
 *   expectWorld({ ...nano, concepts: [...nano.concepts, "zebra"] });
 *   throw new Error("Expected it to be refused");
 * } catch (error) {
 *   if (!String(error).includes('but found "zebra"')) throw error;
 * }
 * ```
 */
export function expectWorld(world: unknown): asserts world is World {
  if (typeof world !== "object" || world === null) {
    throw new TypeError(`Expected a world, such as WORLDS.nano, but found ${brief(world)}`);
  }
  for (const [field, { expected, fits }] of Object.entries(RULES)) {
    const value = (world as Readonly<Record<string, unknown>>)[field];
    if (fits(value)) continue;
    const strange = field === "concepts" && Array.isArray(value)
      ? value.filter((name) => !Object.hasOwn(CONCEPTS, name))
      : [];
    const found = strange.length === 0 ? brief(value) : strange.map(brief).join(", ");
    throw new RangeError(`Expected the ${field} of a world to be ${expected}, but found ${found}`);
  }
}
