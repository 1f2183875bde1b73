/**
 * Reads a scene back out of a picture. It stands where GenEval (arXiv 2310.11513) has an object
 * detector: deterministic, knows the world's drawings, and never sees a caption.
 */
import { expectWorld } from "../expect_world.ts";
import { type Picture, reducedTo } from "../../../data/picture.ts";
import { Sprites } from "../sprites.ts";
import { brief } from "../../../graph/brief.ts";
import type { Box, SeenObject } from "../../../assessment/seen.ts";
import type { World } from "../world.ts";
import { inspect } from "../../../notebook/mod.ts";
import { contrastOf, MARGIN } from "./contrast.ts";
import { explain, gapBetween, reconsider, squareOf } from "./explain.ts";
import { Field } from "./field.ts";
import type { Match } from "./match.ts";
import { type ParsedScene, UNKNOWN } from "./parsed_scene.ts";
import type { Region } from "./regions.ts";
import { type Shape, shapesOf } from "./templates.ts";

/** An object must explain all but this share of what is seen where it stands … */
const UNEXPLAINED = 0.12;
/** … and be this much of a mixture of itself and any other concept, */
const SHARE_OF_WHOLE = 0.62;
/** and this much in each of its halves. */
const SHARE_OF_HALF = 0.5;

/**
 * Finds the objects of a world in pictures.
 *
 * @example
 * ```ts
 * import { drawScene } from "../draw.ts";
 * import { loadSprites } from "../sprites.ts";
 * import { worldOf } from "../world.ts";
 * import { SceneParser } from "./scene_parser.ts";
 *
 * const world = worldOf("nano");
 * const sprites = await loadSprites(world);
 * const objects = [{ concept: "heart", color: "blue", x: 24, y: 40, size: 14 }] as const;
 * const picture = drawScene({ background: "sky", style: "fluent-flat", objects }, sprites, world);
 * const [heart] = SceneParser.create(world, sprites).parse(picture).objects;
 * if (heart.concept !== "heart" || heart.color !== "blue") throw new Error("Expected a blue heart");
 * ```
 */
export class SceneParser {
  readonly #shapes: readonly Shape[];

  private constructor(readonly world: World, shapes: readonly Shape[]) {
    this.#shapes = shapes;
  }

  /** What the console and a REPL show. */
  [inspect](): string {
    return `SceneParser ${this.world.name}: ${this.#shapes.length} shapes`;
  }

  /**
   * A parser for the pictures of a world, which are drawn with these sprites.
   *
   * @throws TypeError where the world or the sprites are none
   */
  static create(world: World, sprites: Sprites): SceneParser {
    expectWorld(world);
    if (!(sprites instanceof Sprites)) {
      throw new TypeError(`Expected sprites, such as scenes.sprites, but found ${brief(sprites)}`);
    }
    return new SceneParser(world, shapesOf(world, sprites));
  }

  /**
   * What stands in the picture, most confident first. What resembles nothing in the world well
   * enough, or two things equally well, is `UNKNOWN`.
   *
   * A picture that is a whole number of times as large as the world's is made smaller.
   *
   * @throws {RangeError} for a picture of another size.
   */
  parse(picture: Picture): ParsedScene {
    const seen = reducedTo(picture, this.world.pictureSize);
    const { side, difference, mask, rgb, background } = contrastOf(seen, this.world);
    const field = new Field(side, difference, rgb);
    const { matches, strangers } = explain(field, mask, this.#shapes);
    const best = reconsider(field, matches, this.#shapes);
    const apart = strangers.filter((region) => !best.some((match) => attached(region, match)));
    const objects = [
      ...best.map((match) => objectOf(field, match, strangers)),
      ...apart.map(({ box }) => ({ concept: UNKNOWN, confidence: 0, box: inPicture(box) })),
    ];
    return { background, objects: objects.sort((a, b) => b.confidence - a.confidence) };
  }
}

/** The object, with what sticks to it held against it. */
function objectOf(field: Field, match: Match, strangers: readonly Region[]): SeenObject {
  const { shape, x, y, shares } = match;
  const extra = strangers.filter((region) => attached(region, match))
    .reduce((sum, { pixels }) => sum + energyOf(field, pixels), 0);
  const unexplained = match.unexplained + extra / (field.energy(x, y, shape.side) + 1);
  const known = unexplained < UNEXPLAINED && shares.whole > SHARE_OF_WHOLE &&
    shares.half > SHARE_OF_HALF;
  const color = known ? match.color : undefined;
  const { box } = shape;
  return {
    concept: known ? shape.concept : UNKNOWN,
    ...(color === undefined ? {} : { color }),
    confidence: Math.max(0, Math.min(1, 1 - unexplained)),
    box: inPicture({ ...box, x: x + box.x, y: y + box.y }),
  };
}

function attached(region: Region, match: Match): boolean {
  return gapBetween(region.box, squareOf(match)) < 2;
}

function energyOf({ difference }: Field, pixels: readonly number[]): number {
  return pixels.reduce(
    (sum, i) =>
      sum + difference[3 * i] ** 2 + difference[3 * i + 1] ** 2 + difference[3 * i + 2] ** 2,
    0,
  );
}

function inPicture(box: Box): Box {
  return { ...box, x: box.x - MARGIN, y: box.y - MARGIN };
}
