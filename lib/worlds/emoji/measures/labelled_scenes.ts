/** Scenes that nothing was trained on, drawn, with what stands in each patch. */
import type { LabelledPicture } from "../../../evaluation/labelled_patches.ts";
import { checkNumber, COUNT, Random } from "../../../runtime/mod.ts";
import type { PictureTokenizer } from "../../../vision/mod.ts";
import type { EmojiScenes } from "../emoji_scenes.ts";
import type { Scene, SceneObject } from "../scene.ts";

/** The grid of patches of a tokenizer. */
type Grid = Pick<PictureTokenizer, "config">;

/** The object whose centre stands in each patch, row by row. */
export function objectsByPatch(
  scene: Scene,
  { config: { grid, pictureSize } }: Grid,
): (SceneObject | undefined)[] {
  const side = pictureSize / grid;
  return Array.from(
    { length: grid * grid },
    (_, patch) =>
      scene.objects.find(({ x, y }) =>
        Math.floor(x / side) === patch % grid && Math.floor(y / side) === Math.floor(patch / grid)
      ),
  );
}

/**
 * Pictures of scenes, and the labels of their patches.
 * @param name what tells its random streams from others of the same seed
 * @param labelsOf what is told of a patch, given the object whose centre stands there
 */
export function labelledScenes<Name extends string>(
  scenes: EmojiScenes,
  grid: Grid,
  { pictures, seed, name }: { pictures: number; seed: number; name: string },
  labelsOf: Readonly<Record<Name, (object: SceneObject | undefined) => string | undefined>>,
): LabelledPicture<Name>[] {
  checkNumber("pictures", pictures, COUNT);
  const random = new Random(seed, name);
  return Array.from({ length: pictures }, () => {
    const { picture, scene } = scenes.reading(random);
    const objects = objectsByPatch(scene, grid);
    const labels = Object.fromEntries(
      Object.keys(labelsOf).map((told) => [told, objects.map(labelsOf[told as Name])]),
    ) as Record<Name, (string | undefined)[]>;
    return { picture, labels };
  });
}
