/**
 * Every emoji that four sets draw, large and alone: what an encoder of concepts learns from, and
 * what it is tested on. A quarter of the concepts is held out, and the fourth set is for tests alone.
 */
import { z } from "zod";
import { Random } from "../runtime/random.ts";
import { fluent3dSource, iconSource, packageJson, shrink, type Source } from "./emoji_sources.ts";
import type { Sprite } from "./sprite.ts";

/** The styles that encoders learn from, and one that none has seen. */
export const EMOJI_STYLES = ["fluent-flat", "noto", "fluent-3d", "twemoji"] as const;
export type EmojiStyle = typeof EMOJI_STYLES[number];

export interface Emoji {
  /** Its name in words, such as `red heart`. */
  readonly name: string;
  /** Its group in Unicode, such as `Animals & Nature`. */
  readonly group: string;
  /** Whether it is kept for tests: about a quarter of them; no flags, no symbols. */
  readonly heldOut: boolean;
}

const Names = z.record(z.string(), z.string());
const Groups = z.object({ categories: z.record(z.string(), z.array(z.string())) });

/** Skin tones: the same concept again. */
const TONE = /1f3f[b-f]/;
/** Groups whose drawings are letters, arrows and the like. */
const PLAIN = new Set(["Symbols", "Flags"]);

/** All emoji in all styles, drawn at one size. */
export class EmojiSet {
  private constructor(
    readonly emoji: readonly Emoji[],
    /** Width and height of drawings, in pixels. */
    readonly size: number,
    private readonly drawings: Readonly<Record<EmojiStyle, readonly Sprite[]>>,
  ) {}

  /**
   * Draws them, which takes a minute of one core.
   *
   * @param styles those that are needed; all unless told
   */
  static async open(
    { size, styles = EMOJI_STYLES, count = Infinity }: {
      size: number;
      styles?: readonly EmojiStyle[];
      /** Only the first so many. */
      count?: number;
    },
  ): Promise<EmojiSet> {
    const { emoji, keys } = await inAllSets(count);
    const drawings: Record<EmojiStyle, Sprite[]> = {
      "fluent-flat": [],
      "noto": [],
      "fluent-3d": [],
      "twemoji": [],
    };
    for (const style of styles) {
      const source = await SOURCES[style]();
      for (let start = 0; start < keys.length; start += TOGETHER) {
        const some = keys.slice(start, start + TOGETHER);
        drawings[style].push(
          ...await Promise.all(
            some.map(async (key) => shrink((await source(key[style]))!, size)),
          ),
        );
      }
    }
    return new EmojiSet(emoji, size, drawings);
  }

  /** The drawing of an emoji, by its place in the list. */
  get(style: EmojiStyle, index: number): Sprite {
    const drawing = this.drawings[style][index];
    if (drawing === undefined) {
      throw new RangeError(
        `Expected an emoji from 0 to ${this.drawings[style].length - 1} in style ${style}, ` +
          `but found ${index}`,
      );
    }
    return drawing;
  }
}

/** Drawings that are made side by side. */
const TOGETHER = 64;

const SOURCES: Readonly<Record<EmojiStyle, () => Promise<Source>>> = {
  "fluent-flat": () => iconSource("@iconify-json/fluent-emoji-flat"),
  "noto": () => iconSource("@iconify-json/noto"),
  "fluent-3d": () => Promise.resolve(fluent3dSource),
  "twemoji": () => iconSource("@iconify-json/twemoji"),
};

type Keys = Readonly<Record<EmojiStyle, string>>;

/** The emoji that every set draws, and what each set calls them. */
async function inAllSets(count: number): Promise<{ emoji: Emoji[]; keys: Keys[] }> {
  const names = async (set: string) => Names.parse(await packageJson(`${set}/chars.json`));
  const noto = await names("@iconify-json/noto");
  const flat = await names("@iconify-json/fluent-emoji-flat");
  const twemoji = await names("@iconify-json/twemoji");
  const { categories } = Groups.parse(await packageJson("@iconify-json/noto/metadata.json"));
  const groups = new Map(
    Object.entries(categories).flatMap(([group, names]) => names.map((name) => [name, group])),
  );
  const sources = await Promise.all(EMOJI_STYLES.map((style) => SOURCES[style]()));
  const emoji: Emoji[] = [];
  const keys: Keys[] = [];
  for (const [codePoints, name] of Object.entries(noto)) {
    if (emoji.length === count) break;
    if (TONE.test(codePoints) || !(codePoints in flat) || !(codePoints in twemoji)) continue;
    for (const long of [codePoints, `${codePoints}-fe0f`]) {
      const key: Keys = {
        "fluent-flat": flat[codePoints],
        "noto": name,
        "fluent-3d": long,
        "twemoji": twemoji[codePoints],
      };
      const found = await Promise.all(EMOJI_STYLES.map((style, i) => sources[i](key[style])));
      if (found.some((file) => file === undefined)) continue;
      const group = groups.get(name) ?? "Symbols";
      const heldOut = !PLAIN.has(group) && new Random(0, "held-out emoji", name).uniform() < 0.25;
      emoji.push({ name: name.replaceAll("-", " "), group, heldOut });
      keys.push(key);
      break;
    }
  }
  return { emoji, keys };
}
