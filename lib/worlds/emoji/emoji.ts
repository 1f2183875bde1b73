/**
 * Every emoji that four sets draw, large and alone: what an encoder of concepts learns from, and
 * what it is tested on. A quarter of the concepts is held out, and one set is for tests alone. Four
 * further sets draw some of these emoji too, for encoders to learn from.
 */
import { z } from "../../packages/zod.ts";
import { inspect, listenForInterrupt, short, stopIfInterrupted } from "../../notebook/mod.ts";
import { Random } from "../../runtime/random.ts";
import { emojiJson, fluent3dSource, iconSource, shrink, type Source } from "./emoji_sources.ts";
import type { Sprite } from "./sprite.ts";

/** Styles that draw every emoji, and that encoders learn from. */
const WHOLE_STYLES = ["fluent-flat", "noto", "fluent-3d"] as const;
/** Styles that draw some of them. */
const PARTIAL_STYLES = ["noto-v1", "fxemoji", "emojione", "fluent-high-contrast"] as const;

/** The styles that encoders learn from. */
export const LEARNED_STYLES = [...WHOLE_STYLES, ...PARTIAL_STYLES] as const;
/** All styles. The last is one that no encoder has seen. */
export const EMOJI_STYLES = [...LEARNED_STYLES, "twemoji"] as const;
/** The name of an emoji set. */
export type EmojiStyle = typeof EMOJI_STYLES[number];

/** An emoji, whatever its style. */
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
    private readonly drawings: ReadonlyMap<EmojiStyle, readonly (Sprite | undefined)[]>,
  ) {}

  /**
   * Draws them, which takes two minutes of two cores for all of them.
   *
   * @param styles those that are needed; default all
   * @param only those that are held out; default all
   */
  static async open(
    { size, styles = EMOJI_STYLES, only, count = Infinity }: {
      size: number;
      styles?: readonly EmojiStyle[];
      only?: "held out";
      /** Only the first `count`. */
      count?: number;
    },
  ): Promise<EmojiSet> {
    using _ = listenForInterrupt();
    const listed = await inAllSets(count);
    const chosen = listed.filter(({ emoji }) => only === undefined || emoji.heldOut);
    const [emoji, keys] = [chosen.map(({ emoji }) => emoji), chosen.map(({ keys }) => keys)];
    const drawings = new Map<EmojiStyle, (Sprite | undefined)[]>();
    for (const style of styles) {
      const source = await SOURCES[style]();
      const draw = async (key: string) => {
        const file = await source(key);
        return file && shrink(file, size);
      };
      drawings.set(style, []);
      for (let start = 0; start < keys.length; start += TOGETHER) {
        stopIfInterrupted(`after ${start} of ${keys.length} emoji of style ${style}`);
        const some = keys.slice(start, start + TOGETHER);
        drawings.get(style)!.push(...await Promise.all(some.map((key) => draw(key[style]))));
      }
    }
    return new EmojiSet(emoji, size, drawings);
  }

  /** What the console and a REPL show. */
  [inspect](): string {
    const { emoji, size, drawings } = this;
    return `EmojiSet: ${short(emoji.length)} emoji of ${size} × ${size} pixels in ` +
      [...drawings.keys()].join(", ");
  }

  /** Whether a style that was opened draws an emoji, told by its place in the list. */
  has(style: EmojiStyle, index: number): boolean {
    return this.drawings.get(style)?.[index] !== undefined;
  }

  /**
   * The drawing of an emoji, by its place in the list.
   * @throws RangeError where there is none
   */
  get(style: EmojiStyle, index: number): Sprite {
    const drawing = this.drawings.get(style)?.[index];
    if (drawing === undefined) {
      throw new RangeError(
        `Expected an emoji from 0 to ${this.emoji.length - 1} that is drawn in style ${style}, ` +
          `but found ${index}`,
      );
    }
    return drawing;
  }
}

/** Drawings that are made side by side. */
const TOGETHER = 64;

const SOURCES: Readonly<Record<EmojiStyle, () => Promise<Source>>> = {
  "fluent-flat": () => iconSource("fluent-flat"),
  "noto": () => iconSource("noto"),
  "fluent-3d": () => Promise.resolve(fluent3dSource),
  "noto-v1": () => iconSource("noto-v1"),
  "fxemoji": () => iconSource("fxemoji"),
  "emojione": () => iconSource("emojione"),
  "fluent-high-contrast": () => iconSource("fluent-high-contrast"),
  "twemoji": () => iconSource("twemoji"),
};

type Keys = Readonly<Record<EmojiStyle, string>>;

/** The styles that an emoji has to be drawn in to be one of the list. */
const NEEDED: readonly EmojiStyle[] = [...WHOLE_STYLES, "twemoji"];

/** The emoji that the whole sets draw, and what each set calls them. */
async function inAllSets(count: number): Promise<{ emoji: Emoji; keys: Keys }[]> {
  const names = async (set: EmojiStyle) => Names.parse(await emojiJson(set, "chars.json"));
  const noto = await names("noto");
  const flat = await names("fluent-flat");
  const twemoji = await names("twemoji");
  const { categories } = Groups.parse(await emojiJson("noto", "metadata.json"));
  const groups = new Map(
    Object.entries(categories).flatMap(([group, names]) => names.map((name) => [name, group])),
  );
  const sources = await Promise.all(NEEDED.map((style) => SOURCES[style]()));
  const listed: { emoji: Emoji; keys: Keys }[] = [];
  for (const [codePoints, name] of Object.entries(noto)) {
    if (listed.length === count) break;
    if (TONE.test(codePoints) || !(codePoints in flat) || !(codePoints in twemoji)) continue;
    for (const long of [codePoints, `${codePoints}-fe0f`]) {
      const key: Keys = {
        "fluent-flat": flat[codePoints],
        "noto": name,
        "fluent-3d": long,
        "noto-v1": name,
        "fxemoji": name,
        "emojione": name,
        "fluent-high-contrast": flat[codePoints],
        "twemoji": twemoji[codePoints],
      };
      const found = await Promise.all(NEEDED.map((style, i) => sources[i](key[style])));
      if (found.some((file) => file === undefined)) continue;
      const group = groups.get(name) ?? "Symbols";
      const heldOut = !PLAIN.has(group) && new Random(0, "held-out emoji", name).uniform() < 0.25;
      listed.push({ emoji: { name: name.replaceAll("-", " "), group, heldOut }, keys: key });
      break;
    }
  }
  return listed;
}
