/** The data set that everything is trained on: pictures of emoji, with all that is true of them. */
import { brief } from "../../graph/brief.ts";
import { inspect } from "../../notebook/mod.ts";
import { expectRandom } from "../../runtime/expected.ts";
import { Random } from "../../runtime/random.ts";
import { type Animation, randomAnimation } from "./animations.ts";
import { captionOf, type CaptionSpec } from "./caption.ts";
import { describe, sentenceOfScene } from "./describe.ts";
import { drawScene } from "./draw.ts";
import { type Edit, randomEdit } from "./edits.ts";
import { expectWorld } from "./expect_world.ts";
import { paraphrase } from "./paraphrase.ts";
import type { Picture } from "../../data/picture.ts";
import { detailQuestions, type Question, questions } from "./questions.ts";
import { randomScene, sceneFor, type SceneOptions } from "./random_scenes.ts";
import type { Scene } from "./scene.ts";
import { isHeldOut, trainingSpec } from "./splits.ts";
import { loadSprites, type Sprites } from "./sprites.ts";
import { randomStory } from "./stories/stories.ts";
import type { Story, StoryPart } from "./stories/story.ts";
import { randomTale } from "./stories/tales.ts";
import { randomThought, type Thought } from "./thinking.ts";
import { type World, worldOf } from "./world.ts";

/** A picture to draw from its caption, or to caption. */
export interface CaptionExample {
  /** What is shown. */
  readonly picture: Picture;
  /** What the picture shows, as data. */
  readonly scene: Scene;
  /** What the caption asks for, as data. */
  readonly spec: CaptionSpec;
  /** In words, perhaps others than the template's. */
  readonly caption: string;
}

/** A picture to read: all that is in it, and questions about it. */
export interface ReadingExample {
  /** What is shown. */
  readonly picture: Picture;
  /** What the picture shows, as data. */
  readonly scene: Scene;
  /** All that is in it, in words. */
  readonly description: string;
  /** Some questions, with their answers. */
  readonly questions: readonly Question[];
}

/** A picture before and after an instruction. */
export interface EditExample extends Edit {
  /** What the instruction is given. */
  readonly before: Picture;
  /** What comes of it. */
  readonly after: Picture;
  /** The scene before it. */
  readonly scene: Scene;
}

/** The frames of a little animation. */
export interface AnimationExample extends Animation {
  /** One a frame, in order. */
  readonly pictures: readonly Picture[];
}

/** A question about what comes of an instruction, and the pictures before and after it. */
export interface ThoughtExample extends Thought {
  /** What the instruction is given. */
  readonly before: Picture;
  /** What comes of it. */
  readonly after: Picture;
  /** The scene before it. */
  readonly scene: Scene;
}

/** Words of a story, with the picture after them where there is one. */
export interface StoryExamplePart extends StoryPart {
  /** Absent after closing words. */
  readonly picture?: Picture;
}

/** A story or a how-to with its pictures. */
export interface StoryExample extends Story {
  /** In the order in which they are told. */
  readonly parts: readonly StoryExamplePart[];
}

/**
 * Endless training examples. Each is drawn from the stream given, so that a step's data hangs on
 * nothing but the stream's seed and path. No text is ever a held-out caption, in whatever words.
 */
export class EmojiScenes {
  /** Use `emojiScenes`. */
  constructor(readonly world: World, readonly sprites: Sprites, readonly seed: number) {}

  /** What the console and a REPL show. */
  [inspect](): string {
    const { name, concepts, pictureSize } = this.world;
    return `EmojiScenes ${name}: ${concepts.length} concepts, ${pictureSize} × ${pictureSize} pixels`;
  }

  /** The picture of a scene. */
  draw(scene: Scene): Picture {
    return drawScene(scene, this.sprites, this.world);
  }

  /** The same data set with pictures that are `scale` times as wide and as tall. */
  async enlarged(scale: number): Promise<EmojiScenes> {
    return new EmojiScenes(this.world, await loadSprites(this.world, scale), this.seed);
  }

  /** A caption that may be trained on, in any wording, and a picture of just that. */
  caption(random: Random): CaptionExample {
    expectRandom(random);
    const spec = trainingSpec(random, this.world);
    const scene = sceneFor(spec, this.world, random);
    return { picture: this.draw(scene), scene, spec, caption: paraphrase(spec, random) };
  }

  /** One to four objects, or as told, described in full, and what can be asked about them. */
  reading(random: Random, options: SceneOptions = {}): ReadingExample {
    expectRandom(random);
    const scene = this.#sceneToDescribe(random, options);
    return {
      picture: this.draw(scene),
      scene,
      description: describe(scene, this.world, random),
      questions: questions(scene, this.world, random),
    };
  }

  /** A picture, an instruction, and the picture that it asks for. */
  edit(random: Random): EditExample {
    expectRandom(random);
    const scene = randomScene(this.world, random);
    const edit = randomEdit(scene, this.world, random);
    return { ...edit, scene, before: this.draw(scene), after: this.draw(edit.result) };
  }

  /** An animation of which the next, the previous or a missing frame can be asked for. */
  animation(random: Random): AnimationExample {
    expectRandom(random);
    const { kind, frames } = randomAnimation(this.world, random);
    return { kind, frames, pictures: frames.map((frame) => this.draw(frame)) };
  }

  /** A picture of two to four things, an instruction, and a question about what comes of it. */
  thought(random: Random): ThoughtExample {
    expectRandom(random);
    while (true) {
      const scene = randomScene(this.world, random, { objects: 2 + random.integer(3) });
      const thought = randomThought(scene, this.world, random);
      if (thought === undefined) continue;
      return { ...thought, scene, before: this.draw(scene), after: this.draw(thought.result) };
    }
  }

  /** A story or a how-to, and a picture wherever it has a scene. */
  story(random: Random): StoryExample {
    expectRandom(random);
    const { parts, ...story } = randomStory(this.world, random);
    return {
      ...story,
      parts: parts.map((part) =>
        part.scene === undefined ? part : { ...part, picture: this.draw(part.scene) }
      ),
    };
  }

  /**
   * `count` lines of text without pictures, the same for the same seed: captions; a description
   * or caption with a question that it answers ("two red hearts and a cat. how many hearts are
   * there two"); instructions; a little of a story, or what it is about and its beginning.
   */
  textCorpus(count: number): string[] {
    const random = new Random(this.seed, "text corpus");
    return Array.from({ length: count }, () => this.textLine(random));
  }

  /** One line of text without a picture, as in `textCorpus`. */
  textLine(random: Random): string {
    expectRandom(random);
    const draw = random.uniform();
    if (draw < 0.5) return paraphrase(trainingSpec(random, this.world), random);
    if (draw < 0.7) return this.#answeredByDescription(random);
    if (draw < 0.9) return this.#answeredByCaption(random);
    if (draw < 0.95) {
      return randomEdit(randomScene(this.world, random), this.world, random).instruction;
    }
    return this.#passage(random);
  }

  /** Two neighbours of what a story is about and its texts: a line as short as the others. */
  #passage(random: Random): string {
    const { about, parts } = randomTale(this.world, random);
    const texts = [about, ...parts.map(({ text }) => text)];
    const at = random.integer(texts.length - 1);
    return texts.slice(at, at + 2).join(". ");
  }

  #answeredByDescription(random: Random): string {
    const scene = this.#sceneToDescribe(random);
    const text = describe(scene, this.world, random);
    const asked = questions(scene, this.world, random).filter(({ kind }) => kind !== "position");
    return answered(text, random.pick(asked));
  }

  #answeredByCaption(random: Random): string {
    const spec = trainingSpec(random, this.world);
    const scene = sceneFor(spec, this.world, random);
    const asked = [...questions(scene, this.world, random), ...detailQuestions(scene, random)]
      .filter(({ kind }) => kind !== "position" || spec.task === "position");
    return answered(captionOf(spec), random.pick(asked));
  }

  #sceneToDescribe(random: Random, options: SceneOptions = {}): Scene {
    while (true) {
      const scene = randomScene(this.world, random, options);
      if (!isHeldOut(sentenceOfScene(scene), this.world)) return scene;
    }
  }
}

function answered(text: string, { question, answer }: Question): string {
  return `${text}. ${question} ${answer}`;
}

/**
 * Opens the data set of a preset, or of a world of one's own: draws its sprites, once a process.
 *
 * @throws {RangeError} for a preset that does not exist, or a world that cannot be drawn or spoken of.
 * @throws {TypeError} for other options.
 *
 * @example
 * ```ts
 * import { Random } from "../../runtime/random.ts";
 * import { emojiScenes } from "./emoji_scenes.ts";
 *
 * const scenes = await emojiScenes({ preset: "nano", seed: 0 });
 * const { picture, caption } = scenes.caption(new Random(scenes.seed, "stage 1", 17));
 * if (picture.data.length !== 64 * 64 * 3 || caption === "") throw new Error("Expected a picture");
 * ```
 */
export async function emojiScenes(
  options: { preset?: string; world?: World; seed?: number } = {},
): Promise<EmojiScenes> {
  const { preset = "nano", world = worldOf(preset), seed = 0, ...strange } = options;
  if (typeof options !== "object" || Object.keys(strange).length > 0) {
    throw new TypeError(`Expected { preset, world, seed }, but found ${brief(options)}`);
  }
  expectWorld(world);
  return new EmojiScenes(world, await loadSprites(world), seed);
}
