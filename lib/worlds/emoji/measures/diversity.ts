/** How varied the drawings of one caption are: where things stand is left open by most captions. */
import type { Seen } from "../../../assessment/seen.ts";
import type { Draws, Sampled } from "../../../evaluation/abilities.ts";
import { mean } from "../../../evaluation/mean.ts";
import { checkNumber, COUNT, Random } from "../../../runtime/mod.ts";
import type { EmojiScenes } from "../emoji_scenes.ts";
import { seenIn } from "../parser/parsed_scene.ts";
import type { SceneParser } from "../parser/scene_parser.ts";
import { sceneFor } from "../random_scenes.ts";
import type { World } from "../world.ts";
import { type Asked, type EvaluatedCaption, judgeDrawings } from "./drawing.ts";

/** Means over captions. */
export interface DiversityScores {
  /** Different layouts among the drawings of a caption that show it. */
  readonly layouts: number;
  /** The same of as many true scenes, whose things stand where chance puts them. */
  readonly chance: number;
  /** The share of the drawings that show their caption. */
  readonly right: number;
}

/**
 * Draws each caption `drawings` times and counts in how many layouts: which thing stands at which point
 * of the world's lattice, by the parser. Only right drawings count: who draws anything is no more varied.
 *
 * @throws RangeError where `drawings` is no count, or there are no captions
 */
export async function evaluateDiversity<Options extends Sampled>(
  model: Draws<Options>,
  scenes: EmojiScenes,
  parser: SceneParser,
  captions: readonly EvaluatedCaption<Asked>[],
  { drawings, ...options }: { drawings: number; seed: number } & Options,
): Promise<DiversityScores> {
  checkNumber("drawings", drawings, COUNT);
  checkNumber("the number of captions", captions.length, COUNT);
  const { world } = scenes;
  const asked = captions.flatMap((caption) => Array<typeof caption>(drawings).fill(caption));
  const drawn = await model.drawAll(
    asked.map(({ caption }) => caption),
    options as unknown as Options,
  );
  const judged = judgeDrawings(parser, asked, drawn).drawings;
  const random = new Random(options.seed, "diversity");
  const counted = captions.map(({ spec }, i) => {
    const right = judged.slice(i * drawings, (i + 1) * drawings).filter(({ correct }) => correct);
    const seen = right.map(({ picture }) => parser.parse(picture));
    const scattered = right.map(() => seenIn(sceneFor(spec, world, random)));
    return {
      layouts: layouts(seen, world),
      chance: layouts(scattered, world),
      right: right.length / drawings,
    };
  });
  return {
    layouts: mean(counted.map(({ layouts }) => layouts)),
    chance: mean(counted.map(({ chance }) => chance)),
    right: mean(counted.map(({ right }) => right)),
  };
}

/** How many are different. */
function layouts(seen: readonly Seen[], world: World): number {
  return new Set(seen.map((one) => layoutOf(one, world))).size;
}

/** Such as "cat 0 2, key 3 1": each thing with its column and row. */
function layoutOf({ objects }: Seen, { lattice }: World): string {
  const nearest = (at: number) => {
    const distances = lattice.map((point) => Math.abs(point - at));
    return distances.indexOf(Math.min(...distances));
  };
  return objects.map(({ concept, box: { x, y, width, height } }) =>
    `${concept} ${nearest(x + width / 2)} ${nearest(y + height / 2)}`
  ).sort().join(", ");
}
