/** How much texts have in common. */
import { ok, strictEqual as equal } from "node:assert";
import fc from "fast-check";
import { wordOverlap } from "../lib/evaluation/word_overlap.ts";

Deno.test("word overlap is 1 for the same words, 0 for others, and the same both ways", () => {
  const words = fc.array(fc.constantFrom("a", "red", "green", "apple", "pear"));
  fc.assert(fc.property(words, words, (one, other) => {
    const overlap = wordOverlap(one, other);
    equal(wordOverlap(other, one), overlap);
    ok(overlap >= 0 && overlap <= 1);
    equal(overlap === 1, one.toSorted().join() === other.toSorted().join());
    equal(wordOverlap(one, ["zebra"]), 0);
  }));
});
