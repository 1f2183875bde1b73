/** What a parser reads back out of a picture. */
import { type Box, boxOf } from "../relations.ts";
import type { Color, Scene } from "../scene.ts";

/** The concept of a region that resembles nothing in the world; it counts for nothing. */
export const UNKNOWN = "unknown";

/** One object that was seen. */
export interface ParsedObject {
  /** A concept of the world, or `UNKNOWN`. */
  readonly concept: string;
  /** The nearest of the ten colour names; absent where the object looks like none of them. */
  readonly color?: Color;
  /** From 0 to 1: the share of what is seen that the concept's drawing explains. */
  readonly confidence: number;
  readonly box: Box;
}

/** A picture as a parser sees it; objects come with the most confident first. */
export interface ParsedScene {
  /** Name of the nearest background of the world. */
  readonly background: string;
  readonly objects: readonly ParsedObject[];
}

/** What a parser would see that makes no mistakes. What has its own colours answers to none. */
export function seenIn({ background, objects }: Scene): ParsedScene {
  return {
    background,
    objects: objects.map((object) => ({
      concept: object.concept,
      confidence: 1,
      box: boxOf(object),
      ...(object.color ? { color: object.color } : {}),
    })),
  };
}
