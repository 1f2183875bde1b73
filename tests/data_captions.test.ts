/** Captions, their meaning and their other wordings. */
import assert from "node:assert/strict";
import fc from "fast-check";
import {
  captionOf,
  type CaptionSpec,
  describe,
  paraphrase,
  parseCaption,
  specKey,
} from "../lib/worlds/emoji/captions.ts";
import { CONCEPTS } from "../lib/worlds/emoji/concepts.ts";
import { COLORS, RELATIONS, type Scene } from "../lib/worlds/emoji/scene.ts";
import { worldOf } from "../lib/worlds/emoji/world.ts";
import { Random } from "../lib/runtime/random.ts";
import { plainWording } from "./data_plain_wording.ts";

const world = worldOf("small");
const concept = fc.constantFrom(...world.concepts);
const color = fc.constantFrom(...COLORS);
const twoOf = <T>(items: readonly T[]) =>
  fc.shuffledSubarray([...items], { minLength: 2, maxLength: 2 }) as unknown as fc.Arbitrary<
    [T, T]
  >;

const spec: fc.Arbitrary<CaptionSpec> = fc.oneof(
  concept.map((concept) => ({ task: "single" as const, concept })),
  twoOf(world.concepts).map((concepts) => ({ task: "two" as const, concepts })),
  fc.tuple(concept, fc.constantFrom(2, 3, 4)).map(([concept, count]) => ({
    task: "counting" as const,
    concept,
    count: count as 2 | 3 | 4,
  })),
  fc.tuple(concept, color).map(([concept, color]) => ({ task: "colors" as const, concept, color })),
  fc.tuple(twoOf(world.concepts), fc.constantFrom(...RELATIONS)).map(
    ([[subject, object], relation]) => ({ task: "position" as const, subject, relation, object }),
  ),
  fc.tuple(twoOf(world.concepts), twoOf(COLORS)).map(([[a, b], [first, second]]) => ({
    task: "attribution" as const,
    objects: [{ color: first, concept: a }, { color: second, concept: b }] as const,
  })),
);

Deno.test("a caption is read back as what it was written from", () => {
  fc.assert(fc.property(spec, fc.constantFrom("", "a photo of "), (spec, prefix) => {
    assert.deepEqual(parseCaption(prefix + captionOf(spec), world), spec);
  }));
});

Deno.test("captions are written as people write them", () => {
  const written = (spec: CaptionSpec) => captionOf(spec);
  assert.equal(written({ task: "single", concept: "apple" }), "an apple");
  assert.equal(written({ task: "colors", concept: "apple", color: "red" }), "a red apple");
  assert.equal(written({ task: "colors", concept: "cat", color: "orange" }), "an orange cat");
  assert.equal(written({ task: "counting", concept: "fish", count: 2 }), "two fish");
  assert.equal(written({ task: "counting", concept: "bus", count: 3 }), "three buses");
  assert.equal(
    written({ task: "position", subject: "cat", relation: "left of", object: "umbrella" }),
    "a cat to the left of an umbrella",
  );
});

Deno.test("captions as users type them are read", () => {
  const same = (text: string, caption: string) =>
    assert.deepEqual(parseCaption(text, world), parseCaption(caption, world));
  same("  A photo of  two HEARTS", "two hearts");
  same("A cat.", "a cat");
  same("a photo of a cat left of a dog", "a cat to the left of a dog");
  same("a apple", "an apple");
});

Deno.test("keys are equal exactly where captions say the same", () => {
  const key = (text: string) => specKey(parseCaption(text, world));
  assert.equal(key("a cat and a dog"), key("a dog and a cat"));
  assert.equal(key("a cat to the left of a dog"), key("a dog to the right of a cat"));
  assert.equal(key("a cat above a dog"), key("a dog below a cat"));
  assert.notEqual(key("a cat above a dog"), key("a dog above a cat"));
  assert.equal(key("a red cat and a blue dog"), key("a blue dog and a red cat"));
  assert.notEqual(key("a red cat and a blue dog"), key("a blue cat and a red dog"));
});

Deno.test("every other wording says the same and nothing else", () => {
  fc.assert(
    fc.property(spec, fc.nat(), (spec, seed) => {
      const plain = plainWording(paraphrase(spec, new Random(seed)));
      assert.equal(specKey(parseCaption(plain, world)), specKey(spec));
    }),
    { numRuns: 2000 },
  );
});

Deno.test("a description names everything once, whatever its order", () => {
  const at = { x: 8, y: 8, size: 14 };
  const scene: Scene = {
    background: "sky",
    style: "noto",
    objects: [
      { concept: "heart", color: "red", ...at },
      { concept: "apple", ...at },
      { concept: "heart", color: "red", ...at },
      { concept: "fish", color: "orange", ...at },
    ],
  };
  assert.equal(describe(scene, world), "two red hearts, an apple and an orange fish");
  const parts = (text: string) => text.replace("a picture of ", "").split(/, | and /).sort();
  for (let seed = 0; seed < 20; seed++) {
    assert.deepEqual(
      parts(describe(scene, world, new Random(seed))),
      parts(describe(scene, world)),
    );
  }
  assert.throws(() => describe({ ...scene, objects: [] }, world), /found none/);
});

Deno.test("a caption that cannot be read is refused with one clear line", () => {
  const refused = (text: string, message: RegExp) =>
    assert.throws(() => parseCaption(text, world), (error: Error) => {
      assert.equal(error.name, "CaptionError");
      assert.match(error.message, message);
      assert(!error.message.includes("\n"));
      assert(error.message.length < 800, `${error.message.length} characters`);
      return true;
    });
  refused("", /empty/);
  refused(" \n ", /empty/);
  refused("a cat and ".repeat(1000), /at most 300 characters, but found 10000/);
  refused("a zebra and a giraffe", /"zebra", "giraffe"/);
  refused("a\u0007 cat\u0000", /found "a\\u0007", "cat\\u0000"/);
  refused("red heart a", /such as "a cat"/);
  refused("a red heart and a cat", /templates/);
  refused("a cat and a cat", /different things/);
  refused("a red cat and a red dog", /templates/);
  refused("two red hearts", /templates/);
  refused("a photo of", /such as "a cat"/);
  assert.throws(() => parseCaption("a pizza", worldOf("nano")), /"pizza"/);
});

Deno.test("plurals and singulars never mean two things", () => {
  const plurals = world.concepts.map((name) => CONCEPTS[name].plural);
  assert.equal(new Set(plurals).size, plurals.length);
  for (const plural of plurals) {
    if (plural !== "fish") assert(!world.concepts.includes(plural), plural);
  }
});
