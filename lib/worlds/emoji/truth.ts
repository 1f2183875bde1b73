/** Whether a scene shows what a caption asks for, by GenEval's rules (arXiv 2310.11513). */
import type { CaptionSpec } from "./caption.ts";
import { relationsOf } from "../../assessment/relations.ts";
import { boxOf } from "./placement.ts";
import type { Scene } from "./scene.ts";

/**
 * Whether the scene shows what the caption asks for. Counting wants exactly that many; everything
 * else wants at least what is named, and lets other things stand beside it. A position must hold
 * between every such pair. An object's colour is its tint: one without a tint has its own colours
 * and answers to no colour name.
 *
 * @example
 * ```ts
 * import { matches } from "./truth.ts";
 *
 * const objects = [{ concept: "cat", x: 8, y: 8, size: 14 }];
 * const scene = { background: "sky", style: "fluent-flat", objects };
 * if (!matches({ task: "single", concept: "cat" }, scene)) throw new Error("Expected a cat");
 * if (matches({ task: "single", concept: "dog" }, scene)) throw new Error("Expected no dog");
 * ```
 */
export function matches(spec: CaptionSpec, scene: Scene): boolean {
  const all = (concept: string) => scene.objects.filter((object) => object.concept === concept);
  switch (spec.task) {
    case "single":
      return all(spec.concept).length > 0;
    case "two":
      return spec.concepts.every((concept) => all(concept).length > 0);
    case "counting":
      return all(spec.concept).length === spec.count;
    case "colors":
      return all(spec.concept).some(({ color }) => color === spec.color);
    case "position": {
      const subjects = all(spec.subject), objects = all(spec.object);
      return subjects.length > 0 && objects.length > 0 &&
        subjects.every((a) =>
          objects.every((b) => relationsOf(boxOf(a), boxOf(b)).includes(spec.relation))
        );
    }
    case "attribution":
      return spec.objects.every((named) =>
        all(named.concept).some(({ color }) => color === named.color)
      );
  }
}
