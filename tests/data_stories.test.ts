/** Stories and how-tos: their scenes follow from their words, and whoever reads them sees it. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { inWords } from "../lib/data/document.ts";
import { PROMPT_WORDS } from "../lib/recipes/mod.ts";
import { Random } from "../lib/runtime/random.ts";
import { normalForm } from "../lib/text/normal_form.ts";
import { CaptionError, type Group, readCaption } from "../lib/worlds/emoji/captions.ts";
import { CONCEPTS } from "../lib/worlds/emoji/concepts.ts";
import { sentenceOfScene } from "../lib/worlds/emoji/describe.ts";
import { emojiDocuments } from "../lib/worlds/emoji/documents.ts";
import { emojiScenes } from "../lib/worlds/emoji/emoji_scenes.ts";
import { apart, boxOf, inReadingOrder } from "../lib/worlds/emoji/placement.ts";
import { readAbout, readStory } from "../lib/worlds/emoji/stories/read_story.ts";
import type { Scene, SceneObject } from "../lib/worlds/emoji/scene.ts";
import { isHeldOut } from "../lib/worlds/emoji/splits.ts";
import { randomStory } from "../lib/worlds/emoji/stories/stories.ts";
import type { Story } from "../lib/worlds/emoji/stories/story.ts";
import { trainTextTokenizer } from "../lib/worlds/emoji/text.ts";
import { worldOf } from "../lib/worlds/emoji/world.ts";

const nano = worldOf("nano");

const textsOf = ({ parts }: Story) => parts.map(({ text }) => text);
const sentencesOf = (story: Story) => textsOf(story).flatMap((text) => text.split(". "));
const scenesOf = ({ parts }: Story) => parts.flatMap(({ scene }) => scene ?? []);

/** Groups up to their order. */
const plain = (groups: readonly Group[]) =>
  groups.map(({ count, concept, color }) => `${count} ${color} ${concept}`).sort();

/** The things that a story is about, by the words that it is asked for with. */
const asked = ({ about }: Story) =>
  readCaption(about.replace(/^(a story about|how to draw) /, ""), worldOf("small")).groups;

/** Whether a text names a concept, by one or by several. */
const names = (text: string, concept: string) =>
  text.split(/[ .,]+/).some((word) => word === concept || word === CONCEPTS[concept].plural);

const isSame = (a: SceneObject, b: SceneObject) =>
  a.concept === b.concept && a.x === b.x && a.y === b.y && a.size === b.size;

/** Each kind of sentence. */
const KINDS = {
  there: /^there (is|are) /,
  has: / (has|have) /,
  come: /^(an?|two) [^.]* comes?$/,
  "another comes": /^another \S+( \S+)? comes$/,
  "one leaves": /^one \S+ leaves$/,
  "all leave": /^the \S+ leaves?$/,
  find: /^the \S+ finds? /,
  "take one": /^the \S+ takes? one /,
  "take all": /^the \S+ takes? the /,
  "come and take": / comes? and takes? /,
  turn: /^the \S+ turns? /,
  swap: / swap colors$/,
  wait: /^the \S+ waits?$/,
  left: / (is|are) left$/,
  draw: /^draw (an?|two|three) /,
  "draw another": /^draw another /,
  make: /^make the /,
};

for (const preset of ["nano", "small"]) {
  const world = worldOf(preset);
  const property = (check: (story: Story) => void, numRuns = 500) =>
    fc.assert(
      fc.property(fc.nat(), (seed) => check(randomStory(world, new Random(seed)))),
      { numRuns },
    );

  Deno.test(`${preset}: pictures are two to six, and of things that stand apart`, () => {
    property((story) => {
      const scenes = scenesOf(story);
      assert(scenes.length >= 2 && scenes.length <= 6, `${scenes.length} pictures`);
      for (const { objects, background, style } of scenes) {
        assert.deepEqual([background, style], [scenes[0].background, scenes[0].style]);
        assert(objects.length >= 1 && objects.length <= 4, `${objects.length} things`);
        objects.forEach((a, i) => {
          const { x, y, width } = boxOf(a);
          assert(x >= 0 && y >= 0 && x + width <= 64 && y + width <= 64);
          assert(objects.slice(0, i).every((b) => apart(a, b, world)));
        });
      }
    });
  });

  Deno.test(`${preset}: what a sentence does not name stays; what it names stays where it is`, () => {
    property((story) => {
      let before: Scene | undefined;
      for (const { text, scene } of story.parts) {
        if (before === undefined || scene === undefined) {
          before = scene;
          continue;
        }
        const unnamed = ({ objects }: Scene) =>
          objects.filter(({ concept }) => !names(text, concept));
        assert.deepEqual(unnamed(scene), unnamed(before), text);
        const { objects } = before;
        const stay = scene.objects.filter((a) => objects.some((b) => isSame(a, b)));
        const gone = objects.length - stay.length, come = scene.objects.length - stay.length;
        const [takesAway, brings] = [/leave|take/, /come|find|draw/].map((verb) => verb.test(text));
        assert(takesAway ? gone > 0 : gone === 0, `${gone} gone: ${text}`);
        assert(brings ? come > 0 : come === 0, `${come} came: ${text}`);
        if (/(^| )one \S+( leaves)?$/.test(text)) assert.equal(gone, 1, text);
        const left = objects.filter((a) => !stay.some((b) => isSame(a, b)));
        for (const one of left) {
          const alike = stay.filter(({ concept }) => concept === one.concept);
          assert(alike.every((other) => inReadingOrder(other, one) < 0), text);
        }
        before = scene;
      }
    });
  });

  Deno.test(`${preset}: a reader of the words alone knows every scene`, () => {
    property((story) => {
      const { kind, parts, fulfilled } = readStory(story.about, textsOf(story), world);
      assert.equal(kind, story.kind);
      assert(fulfilled);
      parts.forEach(({ groups, pictured, missed, objection }, i) => {
        const { text, caption, scene } = story.parts[i];
        assert.deepEqual(caption && readCaption(caption, world).groups, scene && groups, text);
        assert.equal(objection, undefined);
        assert.equal(missed, 0, text);
        assert.equal(pictured, scene !== undefined, text);
        const seen = scene ?? story.parts[i - 1].scene!;
        assert.deepEqual(plain(groups), plain(sentenceOfScene(seen).groups), text);
      });
    }, 1000);
  });

  Deno.test(`${preset}: a story begins with what it is about, and a how-to ends with it`, () => {
    property((story) => {
      const scenes = scenesOf(story);
      const { groups } = sentenceOfScene(scenes.at(story.kind === "story" ? 0 : -1)!);
      assert.deepEqual(plain(groups), plain(asked(story)));
    });
  });

  Deno.test(`${preset}: what is said to be left is there`, () => {
    let found = 0;
    property(({ parts }) => {
      parts.forEach(({ text }, i) => {
        for (const [, number, named] of text.matchAll(/(\w+) (\w+) (?:is|are) left/g)) {
          const there = parts[i - 1].scene!.objects.filter(({ concept }) => names(named, concept));
          const earlier = parts[i - 2].scene!.objects.filter(({ concept }) =>
            names(named, concept)
          );
          assert.equal(["zero", "one", "two", "three", "four"].indexOf(number), there.length, text);
          assert(earlier.length > there.length, text);
          found++;
        }
      });
    }, 1000);
    assert(found > 20, `${found} found`);
  });

  Deno.test(`${preset}: no scene, no sentence and nothing that is asked for is held out`, () => {
    property((story) => {
      assert(!isHeldOut({ groups: asked(story) }, world), story.about);
      for (const scene of scenesOf(story)) assert(!isHeldOut(sentenceOfScene(scene), world));
      for (const sentence of sentencesOf(story)) {
        try {
          assert(!isHeldOut(readCaption(sentence, world), world), sentence);
        } catch (error) {
          if (!(error instanceof CaptionError)) throw error;
        }
      }
    });
  });

  Deno.test(`${preset}: all kinds of stories and sentences are told, and the same for a seed`, () => {
    const stories = Array.from({ length: 2000 }, (_, i) => randomStory(world, new Random(i)));
    const share = (counts: (story: Story) => boolean) =>
      stories.filter(counts).length / stories.length;
    assert(Math.abs(share(({ kind }) => kind === "how-to") - 1 / 3) < 0.05);
    for (let pictures = 2; pictures <= 6; pictures++) {
      assert(share((story) => scenesOf(story).length === pictures) > 0.08, `${pictures} pictures`);
    }
    const withAsides = share((story) => sentencesOf(story).length > scenesOf(story).length);
    assert(Math.abs(withAsides - 1 / 3) < 0.04, `${withAsides} have sentences without a picture`);
    assert(stories.every((story) => sentencesOf(story).length <= scenesOf(story).length + 2));
    for (const [kind, words] of Object.entries(KINDS)) {
      assert(share((story) => sentencesOf(story).some((said) => words.test(said))) > 0.02, kind);
    }
    for (const said of stories.flatMap(sentencesOf)) {
      assert.equal(normalForm(said), said);
      assert(said.split(" ").length <= 8, said);
      assert(Object.values(KINDS).some((words) => words.test(said)), said);
    }
    const again = Array.from({ length: 50 }, (_, i) => randomStory(world, new Random(i)));
    assert.deepEqual(again, stories.slice(0, 50));
    const different = new Set(stories.map((story) => textsOf(story).join())).size;
    assert(different > 1700, `${different} of ${stories.length} are different`);
  });
}

Deno.test("a reader objects to what cannot be, and reads on as if it had not been said", () => {
  const about = "a story about a cat and two apples", begins = "a cat has two apples";
  const objected: readonly (readonly [string, RegExp, boolean])[] = [
    ["the dog leaves", /^Expected a dog to be there, but found none$/, true],
    ["the dog takes one apple", /a dog to be there/, true],
    ["the cat takes one key", /a key to be there/, true],
    ["the apples take the cat", /someone who acts, but found apple/, true],
    ["the cat finds a dog", /a thing to take or find, but found dog/, true],
    ["one cat leaves", /one of several to go, but found one cat/, true],
    ["the cats leave", /^Expected "the cat leaves", but found "the cats leave"$/, true],
    ["the apple turns red", /Expected "the apples turn red"/, true],
    ["an apple comes", /Expected "another apple comes"/, true],
    ["two keys come", /one to 4 things afterwards, but found 5/, true],
    ["another key comes", /Expected "a key comes"/, true],
    ["a red cat comes", /another cat, but found a red cat/, true],
    ["the cat and the apples swap colors", /two colors to swap, but found none and none/, true],
    ["two apples are left", /but found that none of them just went/, false],
    ["a cat has two apples", /one beginning, but found another/, true],
    ["draw another apple", /a sentence of a story, but found "draw another apple"/, true],
    ["the cat flies", /such as "a dog comes".*but found "flies"/, false],
    ["", /such as "a dog comes"/, false],
  ];
  for (const [said, why, pictured] of objected) {
    const texts = [begins, said, "the cat turns blue"];
    const { parts, fulfilled } = readStory(about, texts, nano);
    assert.match(parts[1].objection ?? "nothing", why, said);
    assert.deepEqual(parts[1].groups, parts[0].groups);
    assert.equal(parts[1].pictured, pictured, said);
    assert.equal(parts[2].objection, undefined);
    assert.deepEqual(plain(parts[2].groups), ["1 blue cat", "2 undefined apple"]);
    assert(fulfilled);
  }
});

Deno.test("a reader sees that a story is not the one that was asked for", () => {
  const fulfilled = (about: string, ...texts: string[]) => readStory(about, texts, nano).fulfilled;
  const story = "a story about a cat and two apples";
  assert(fulfilled(story, "a cat has two apples", "the cat leaves"));
  assert(!fulfilled(story, "a cat has three apples", "the cat takes one apple"));
  assert(!fulfilled(story, "a cat has two red apples"));
  assert(!fulfilled(story, "a dog comes"));
  assert(!fulfilled(story));
  const howTo = "how to draw two red hearts";
  assert(fulfilled(howTo, "draw a heart", "draw another heart", "make the hearts red"));
  assert(fulfilled(howTo, "draw two red hearts"));
  assert(!fulfilled(howTo, "draw a heart", "draw another heart"));
  assert(!fulfilled(howTo, "draw two red hearts", "draw a cat"));
});

Deno.test("a reader sees where sentences changed places, counts are wrong and pictures are missing", () => {
  const seeds = fc.nat().map((seed) => randomStory(nano, new Random(seed)));
  fc.assert(
    fc.property(seeds, fc.nat(), (story, draw) => {
      const texts = textsOf(story);
      const read = (texts: readonly string[]) => readStory(story.about, texts, nano);
      if (story.kind === "story") {
        const [first, second, ...others] = texts;
        assert(read([second, first, ...others]).parts[0].objection !== undefined, second);
      }
      const at = draw % (scenesOf(story).length - 1);
      const joined = texts.toSpliced(at, 2, `${texts[at]}. ${texts[at + 1]}`);
      const { parts } = read(joined);
      assert.equal(parts[at].missed, 1, joined[at]);
      assert.deepEqual(parts.at(-1)!.groups, read(texts).parts.at(-1)!.groups);
      texts.forEach((text, i) => {
        const [aside, rest] = text.split(". ");
        if (rest !== undefined) {
          const [one, two] = read(texts.toSpliced(i, 1, aside, rest)).parts.slice(i);
          assert.deepEqual([one.pictured, two.pictured], [false, true], text);
        }
        if (!/(one|two) \S+ (is|are) left/.test(text)) return;
        const wrong = text.replace(/(one|two) \S+ (is|are) left/, "four cats are left");
        assert.match(read(texts.with(i, wrong)).parts[i].objection!, /Expected four of cat/);
      });
    }),
    { numRuns: 500 },
  );
});

Deno.test("what a story is to be about may be said in other words, and nothing else", () => {
  const about = (text: string) => readAbout(text, nano).about;
  assert.equal(about("A story about 3 apples & a kitty!"), "a story about three apples and a cat");
  assert.equal(about("How to draw a violet heart?"), "how to draw a purple heart");
  const wordings = {
    "a story about a dog and two keys": [
      "Tell me a story about a DOG and 2 keys!",
      "could you write a short tale of a puppy and two keys, please?",
      "story with a dog and two keys",
      "An illustrated story about a dog and a pair of keys",
    ],
    "how to draw two red hearts": [
      "how do I draw two red hearts?",
      "Please show me how to paint 2 red hearts",
      "explain how I can draw two red hearts",
      "teach me to draw two red hearts",
    ],
  };
  for (const [taught, texts] of Object.entries(wordings)) {
    for (const text of texts) assert.equal(about(text), taught, text);
  }
  for (
    const text of [
      "a cat",
      "a story",
      "a story about a cat above a dog",
      "how to draw",
      "how many cats",
      "",
    ]
  ) {
    assert.throws(() => about(text), { name: "CaptionError" }, text);
  }
  const { kind, parts } = readStory("a story about two apples and a cat", [
    "a cat has two apples",
  ], nano);
  assert.equal(kind, "story");
  assert.equal(parts[0].objection, undefined);
});

Deno.test("a reader sees whether a text ends with all that is there", () => {
  const captioned = (...texts: string[]) =>
    readStory("a story about a cat and two apples", texts, nano).parts.map((part) =>
      part.captioned
    );
  const begins = "a cat has two apples: a cat and two apples";
  assert.deepEqual(captioned(begins, "one apple leaves: an apple and a cat"), [true, true]);
  assert.deepEqual(captioned(begins, "the cat turns blue: a cat and two apples"), [true, false]);
  for (const caption of ["", ": a cat", ": a cat above two apples", ": two flying apples", ":"]) {
    assert.deepEqual(captioned(`a cat has two apples${caption}`), [false], caption);
  }
});

Deno.test("where nobody lives, things come and go, and nobody finds or takes them", () => {
  const concepts = ["heart", "star", "car", "key", "cake"];
  const world = { ...nano, name: "things", concepts };
  const said = Array.from({ length: 300 }, (_, seed) => randomStory(world, new Random(seed)))
    .flatMap(sentencesOf);
  assert(said.some((one) => /comes?$/.test(one)) && said.some((one) => /leaves?$/.test(one)));
  assert(!said.some((one) => /\b(finds?|takes?|waits?|has|have)\b/.test(one)));
  assert.throws(() => {
    for (let seed = 0; seed < 20; seed++) {
      randomStory({ ...nano, lattice: [32] }, new Random(seed));
    }
  }, { name: "RangeError", message: /room/ });
});

Deno.test("documents of stories are worded as the model is asked, and each word is one token", async () => {
  const scenes = await emojiScenes({ preset: "nano", seed: 0 });
  const tokenizer = trainTextTokenizer(scenes);
  const corpus = new Set(scenes.textCorpus(10_000).join(" ").split(/[ .,]+/));
  for (let i = 0; i < 100; i++) {
    const [turn, ...further] = await emojiDocuments(scenes).story.at(i);
    assert.equal(further.length, 0);
    const about = /^tell (.*)$/.exec(inWords([{ ...turn, answer: [] }]))![1];
    const texts = turn.answer.flatMap((one) => one.kind === "text" ? [one.text] : []);
    const { parts, fulfilled } = readStory(about, texts, nano);
    assert(fulfilled);
    const kinds = parts.flatMap(({ pictured }) => pictured ? ["text", "picture"] : ["text"]);
    assert.deepEqual(turn.answer.map(({ kind }) => kind), kinds);
    for (const text of [`tell ${about}`, ...texts]) {
      const words = text.split(/[ .,:]+/);
      for (const word of words) assert.equal(tokenizer.encode(` ${word}`).length, 1, word);
      for (const word of words) {
        assert(corpus.has(word) || PROMPT_WORDS.some((other) => other === word), word);
      }
    }
  }
  const { parts } = scenes.story(new Random(0));
  for (const { scene, picture } of parts) assert.deepEqual(picture, scene && scenes.draw(scene));
});
