/** What is read of descriptions: their own pictures count, and others do not. */
import assert from "node:assert/strict";
import type { Picture } from "../lib/data/picture.ts";
import { emojiScenes, evaluateDescribing } from "../lib/worlds/emoji/mod.ts";

const scenes = await emojiScenes({ preset: "nano", seed: 0 });
type Asked = readonly { readonly picture: Picture; readonly caption: string }[];

/** Who knows which description each picture was first shown with. */
function reader(seen: number) {
  const of = new Map<Picture, string>();
  return {
    likelihoods: (items: Asked) =>
      Promise.resolve(items.map(({ picture, caption }) => {
        if (!of.has(picture)) of.set(picture, caption);
        return of.get(picture) === caption ? -3 : -3 - seen;
      })),
  };
}

Deno.test("who looks reads as much as it tells apart, and who does not reads nothing", async () => {
  const options = { pictures: 20, seed: 1 };
  const looks = await evaluateDescribing(reader(5), scenes, options);
  // Two pictures may have the same description.
  assert.ok(looks > 4.7 && looks <= 5, `${looks}`);
  assert.equal(await evaluateDescribing(reader(0), scenes, options), 0);
  assert.ok(await evaluateDescribing(reader(-2), scenes, options) < -1.8, "worse than not to look");
});

Deno.test("descriptions are the same for the same seed, and one is too few", async () => {
  const asked: string[][] = [];
  const likelihoods = (items: Asked) => {
    asked.push(items.map(({ caption }) => caption));
    return Promise.resolve(items.map(() => 0));
  };
  for (const seed of [1, 1, 2]) {
    await evaluateDescribing({ likelihoods }, scenes, { pictures: 8, seed });
  }
  assert.deepEqual(asked[0], asked[1]);
  assert.notDeepEqual(asked[0], asked[2]);
  const one = evaluateDescribing({ likelihoods }, scenes, { pictures: 1, seed: 0 });
  await assert.rejects(one, { name: "RangeError", message: /pictures/ });
});
