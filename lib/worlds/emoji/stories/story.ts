/**
 * Stories and how-tos: documents in which words and pictures alternate, and later ones depend on
 * earlier ones (as DreamLLM's interleaved documents do, arXiv 2309.11499).
 */
import type { Scene } from "../scene.ts";
import { type Group, wordingOf } from "../sentence.ts";

/** Sentences, parted by ". ", and what is seen when they are said. */
export interface StoryPart {
  /** What is said. */
  readonly text: string;
  /** Absent, as is its caption, for closing words after the last picture. */
  readonly scene?: Scene;
  /** All that is there then, in the order in which it came: "a cat and two red apples". */
  readonly caption?: string;
}

/** A story tells what happens to a scene; a how-to tells how one is drawn, step by step. */
export interface Story {
  /** Whether it tells what happens, or how something is drawn. */
  readonly kind: "story" | "how-to";
  /** What is asked for: "a story about a cat and three apples", "how to draw two red hearts". */
  readonly about: string;
  /** In the order in which they are told. */
  readonly parts: readonly StoryPart[];
}

/** How each kind is asked for, before the things that it is about. */
const ABOUT: Readonly<Record<Story["kind"], string>> = {
  "story": "a story about",
  "how-to": "how to draw",
};

/** What a story is asked for by: it begins with these things, and a how-to ends with them. */
export function aboutOf(kind: Story["kind"], groups: readonly Group[]): string {
  return `${ABOUT[kind]} ${wordingOf({ groups })}`;
}
