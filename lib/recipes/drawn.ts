/** Pictures that models drew. */
import { asImage, asWords, type Picture } from "../data/picture.ts";
import { shown } from "../notebook/mod.ts";

/** A picture that was drawn, and what its model keeps of it. */
export interface Drawn {
  /** What was drawn. */
  readonly picture: Picture;
}

/** A drawing of codes that shows itself. */
export function shownDrawing<D extends Drawn & { readonly ids: Int32Array }>(drawing: D): D {
  return shown(
    drawing,
    ({ ids, picture }, looking) =>
      looking.colors && looking.currentDepth === 0
        ? asWords(picture, looking)
        : `Drawing of ${ids.length} tokens, ${picture.width} × ${picture.height}`,
    ({ picture }) => asImage(picture),
  );
}
