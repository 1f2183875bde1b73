/**
 * Arrays of pictures in a notebook. A cell asks the value that it ends in how to show itself, but
 * not the elements of an array: so in a notebook every array is asked what it holds.
 */
import { isPicture, type Picture } from "../data/picture.ts";
import { jupyterDisplay, runningNotebook } from "../notebook/mod.ts";
import { pictureGrid } from "./picture_grid.ts";

/** A picture, or what has one, such as a drawing, an example or a judged drawing. */
type Shown = Picture | { picture: Picture; caption?: string; answer?: string; correct?: boolean };

/** Pictures that are shown at most. */
const MOST = 48;

if (runningNotebook() !== undefined) {
  Object.defineProperty(Array.prototype, jupyterDisplay, {
    configurable: true,
    get(this: readonly unknown[]) {
      return this.length > 0 && this.every(isShown) ? () => show(this as Shown[]) : undefined;
    },
    set(this: unknown[], value: unknown) { // an array may have a way of its own
      Object.defineProperty(this, jupyterDisplay, { value, writable: true, configurable: true });
    },
  });
}

function show(all: readonly Shown[]) {
  const pictures = all.slice(0, MOST).map((shown) => {
    if (isPicture(shown)) return { picture: shown };
    const { picture, caption, answer, correct } = shown;
    const mark = correct === undefined ? undefined : correct ? "good" as const : "bad" as const;
    return { picture, title: caption ?? answer, mark };
  });
  const title = all.length > MOST ? `${MOST} of ${all.length} pictures` : undefined;
  return pictureGrid(pictures, { title })[jupyterDisplay]();
}

function isShown(value: unknown): boolean {
  return isPicture(value) ||
    typeof value === "object" && value !== null && "picture" in value && isPicture(value.picture);
}
