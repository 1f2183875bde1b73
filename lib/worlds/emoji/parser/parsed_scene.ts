/** What a parser reads back out of a picture. */
import type { Seen } from "../../../assessment/seen.ts";
import { boxOf } from "../placement.ts";
import type { Scene } from "../scene.ts";

/** The concept of a region that resembles nothing in the world; it counts for nothing. */
export const UNKNOWN = "unknown";

/**
 * A picture as a parser sees it. Objects come with the most confident first; their confidence is the
 * share of what is seen that the concept's drawing explains.
 */
export interface ParsedScene extends Seen {
  /** Name of the nearest background of the world. */
  readonly background: string;
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
