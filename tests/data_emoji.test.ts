/** The emoji of all styles, and views of them. */
import assert from "node:assert/strict";
import { EMOJI_STYLES, EmojiSet, type EmojiStyle } from "../lib/worlds/emoji/emoji.ts";
import { plainView, randomView } from "../lib/worlds/emoji/emoji_view.ts";
import { Random } from "../lib/runtime/mod.ts";

const set = await EmojiSet.open({ size: 32, count: 60 });

const WHOLE: readonly EmojiStyle[] = ["fluent-flat", "noto", "fluent-3d", "twemoji"];

Deno.test("whole styles draw every emoji, the others some, each once", () => {
  assert.equal(set.emoji.length, 60);
  assert.equal(new Set(set.emoji.map(({ name }) => name)).size, 60);
  for (const style of EMOJI_STYLES) {
    const drawn = set.emoji.map((_, i) => i).filter((i) => set.has(style, i));
    assert.ok(WHOLE.includes(style) ? drawn.length === 60 : drawn.length > 5, style);
    for (const i of drawn) {
      const { rgba } = set.get(style, i);
      const opaque = rgba.filter((alpha, at) => at % 4 === 3 && alpha > 128).length;
      assert.ok(opaque > 32, `${set.emoji[i].name} in ${style}`);
    }
  }
  assert.throws(
    () => set.get("noto", 60),
    /from 0 to 59 that is drawn in style noto, but found 60/,
  );
  assert.ok(!set.has("noto", 60));
});

Deno.test("symbols are never held out, and about a quarter of the others is", () => {
  const symbols = set.emoji.filter(({ group }) => group === "Symbols");
  assert.ok(symbols.length > 0 && symbols.every(({ heldOut }) => !heldOut));
  const others = set.emoji.filter(({ group }) => group !== "Symbols");
  const share = others.filter(({ heldOut }) => heldOut).length / others.length;
  assert.ok(share > 0.05 && share < 0.5, `${share}`);
});

Deno.test("a plain view is the drawing on gray, a random one a little different, by its seed", () => {
  const sprite = set.get("noto", 12);
  const plain = plainView(sprite);
  assert.deepEqual([plain.width, plain.height], [32, 32]);
  assert.deepEqual([...plain.data.subarray(0, 3)], [128, 128, 128]);
  const one = randomView(sprite, new Random(1));
  assert.deepEqual(randomView(sprite, new Random(1)), one);
  assert.notDeepEqual(randomView(sprite, new Random(2)), one);
  const difference = one.data.reduce((sum, x, i) => sum + Math.abs(x - plain.data[i]), 0);
  assert.ok(difference / one.data.length > 1 && difference / one.data.length < 60);
});
