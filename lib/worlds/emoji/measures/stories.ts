/**
 * How well a model tells stories in words and pictures (DreamLLM, arXiv 2309.11499): does a picture stand
 * where one belongs, does it show what was told, and do things stay what they are? The words are read by
 * `readStory`, the pictures by the parser.
 */
import type { Drawing, Sampled } from "../../../evaluation/abilities.ts";
import { type BegunStory, type Composed, withCaption } from "../../../recipes/mod.ts";
import { checkNumber, COUNT, Random } from "../../../runtime/mod.ts";
import type { Segment } from "../../../data/document.ts";
import type { Picture } from "../../../data/picture.ts";
import { evaluationCaptions } from "../splits.ts";
import type { EmojiScenes } from "../emoji_scenes.ts";
import type { SceneParser } from "../parser/scene_parser.ts";
import { sentenceOf } from "../sentence.ts";
import { readStory } from "../stories/read_story.ts";
import { aboutOf } from "../stories/story.ts";
import { type Illustration, type IllustrationScores, scoreIllustrations } from "./illustrations.ts";

/** Tells stories, such as a `PictureModel`. */
export interface TellsStories<Options extends Sampled = Sampled> {
  /** What is told of each, in order. */
  composeAll(abouts: readonly string[], options?: Options): Promise<Composed<Drawing>[][]>;
}

/** Draws the next picture of a story, such as a `PictureModel`. */
export interface IllustratesStories<Options extends Sampled = Sampled> {
  /** The picture that comes next in each, in order. */
  illustrateAll(stories: readonly BegunStory[], options?: Options): Promise<Drawing[]>;
}

/** How well stories are told and illustrated; all shares from 0 to 1. */
export interface StoryScores extends IllustrationScores {
  /** F1 of where pictures stand: after what changes what is seen. */
  readonly placed: number;
  /** Of the texts between pictures: what is understood, and may happen. */
  readonly told: number;
  /** Of the texts after which a picture belongs: those that end with all that is there then. */
  readonly captioned: number;
  /** Of the stories: those that are about what was asked for. */
  readonly fulfilled: number;
  /** Pictures of a story, in the mean. */
  readonly pictures: number;
}

/**
 * Has stories and how-tos told about things that no caption or story of a training has together, two
 * stories for each how-to.
 *
 * @throws RangeError where `stories` is no count
 */
export async function evaluateStories<Options extends Sampled>(
  model: TellsStories<Options>,
  scenes: EmojiScenes,
  parser: SceneParser,
  { stories, ...options }: { stories: number; seed: number } & Options,
): Promise<StoryScores> {
  const abouts = heldOutSubjects(scenes, { stories, seed: options.seed });
  const told = await model.composeAll(abouts, options as unknown as Options);
  const read = told.map((parts, i) => readTold(abouts[i], parts, scenes));
  const sum = (of: (one: typeof read[number]) => number) =>
    read.reduce((sum, one) => sum + of(one), 0);
  const [right, drawn, wanted] = [
    sum(({ right }) => right),
    sum(({ pictures }) => pictures),
    sum(({ wanted }) => wanted),
  ];
  return {
    ...scoreIllustrations(read.map(({ illustrations }) => illustrations), scenes, parser),
    placed: 2 * right / (drawn + wanted),
    told: sum(({ told }) => told) / sum(({ texts }) => texts),
    captioned: sum(({ captioned }) => captioned) / sum(({ pictured }) => pictured),
    fulfilled: sum(({ fulfilled }) => Number(fulfilled)) / stories,
    pictures: drawn / stories,
  };
}

/**
 * Has true stories illustrated, picture by picture, with true words, captions among them: once after the
 * true pictures before, as in training, and once after those that the model drew itself.
 *
 * @throws RangeError where `stories` is no count
 */
export async function evaluateIllustrating<Options extends Sampled>(
  model: IllustratesStories<Options>,
  scenes: EmojiScenes,
  parser: SceneParser,
  { stories, ...options }: { stories: number; seed: number } & Options,
): Promise<{ readonly afterTrue: IllustrationScores; readonly afterOwn: IllustrationScores }> {
  checkNumber("stories", stories, COUNT);
  const random = new Random(options.seed, "illustrated stories");
  const all = Array.from({ length: stories }, () => {
    const { about, parts } = scenes.story(random);
    const seen = parts.filter(({ picture }) => picture !== undefined);
    const texts = seen.map((part) => ({ text: withCaption(part), picture: part.picture }));
    const read = readStory(about, texts.map(({ text }) => text), scenes.world);
    return { about, texts, groups: read.parts.map(({ groups }) => groups) };
  });
  const longest = Math.max(...all.map(({ texts }) => texts.length));
  const scored = async (isOwn: boolean) => {
    const drawn = all.map((): Picture[] => []);
    for (let number = 0; number < longest; number++) {
      const going = all.map((story, i) => ({ ...story, own: drawn[i] }))
        .filter(({ texts }) => number < texts.length);
      const begun = going.map(({ about, texts, own }): BegunStory => ({
        about,
        begun: texts.slice(0, number + 1).flatMap(({ text, picture }, i): Segment[] => {
          const words = { kind: "text", text } as const;
          if (i === number) return [words];
          return [words, { kind: "picture", picture: isOwn ? own[i] : picture! }];
        }),
      }));
      const seed = new Random(options.seed, "illustration", number).integer(2 ** 31);
      const next = await model.illustrateAll(begun, { ...options, seed } as unknown as Options);
      going.forEach(({ own }, i) => own.push(next[i].picture));
    }
    const illustrations = all.map(({ groups }, i) =>
      groups.map((groups, number) => ({ groups, picture: drawn[i][number] }))
    );
    return scoreIllustrations(illustrations, scenes, parser);
  };
  return { afterTrue: await scored(false), afterOwn: await scored(true) };
}

/** Subjects whose things no training shows together. */
function heldOutSubjects(
  { world }: EmojiScenes,
  { stories, seed }: { readonly stories: number; readonly seed: number },
): string[] {
  checkNumber("stories", stories, COUNT);
  const captions = evaluationCaptions(world, { perTask: Math.ceil(stories / 4), seed })
    .flatMap(({ spec }) => spec.task === "position" ? [] : [sentenceOf(spec)]);
  const random = new Random(seed, "subjects");
  return random.shuffle(captions).slice(0, stories)
    .map(({ groups }, i) => aboutOf(i % 3 === 2 ? "how-to" : "story", groups));
}

/** What was told, and where pictures belong in it. */
function readTold(about: string, parts: readonly Composed<Drawing>[], { world }: EmojiScenes) {
  const texts: string[] = [];
  const pictures: (Picture | undefined)[] = [];
  for (const part of parts) {
    if (part.kind === "text") {
      texts.push(part.text);
      pictures.push(undefined);
    } else pictures[texts.length - 1] ??= part.picture;
  }
  const { parts: read, fulfilled } = readStory(about, texts, world);
  const illustrations = read.flatMap(({ groups }, i): Illustration[] => {
    const picture = pictures[i];
    return picture === undefined ? [] : [{ groups, picture }];
  });
  return {
    illustrations,
    right: read.filter(({ pictured }, i) => pictured && pictures[i] !== undefined).length,
    pictured: read.filter(({ pictured }) => pictured).length,
    captioned: read.filter(({ pictured, captioned }) => pictured && captioned).length,
    wanted: read.reduce((sum, { pictured, missed }) => sum + Number(pictured) + missed, 0),
    told: read.filter(({ objection }) => objection === undefined).length,
    texts: read.length,
    pictures: parts.filter(({ kind }) => kind === "picture").length,
    fulfilled,
  };
}
