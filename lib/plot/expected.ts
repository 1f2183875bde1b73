/** What figures are drawn of, checked where types are not, as in notebooks. */
import { expectPicture } from "../data/picture.ts";
import { expectList } from "../runtime/mod.ts";

/** @throws TypeError for anything but a list of things with a picture */
export function expectWithPictures(value: unknown): void {
  expectList(value, "{ picture, … }");
  for (const one of value as readonly { readonly picture?: unknown }[]) expectPicture(one?.picture);
}
