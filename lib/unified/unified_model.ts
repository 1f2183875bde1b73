/** A language model and what enters and leaves it. */
import type { LanguageModelConfig } from "./config.ts";
import type { TextModality } from "./modalities/text.ts";
import type { DrawnModality, Modality, PictureModality } from "./modality.ts";
import type { Vocabulary } from "./vocabulary.ts";

/** What a unified model is made of. */
export interface UnifiedParts {
  /** The sizes of the language model. */
  readonly config: LanguageModelConfig;
  /** The first ids: words and special tokens. */
  readonly vocabulary: Vocabulary;
  /** Words: how they enter, and how they are said. */
  readonly text: TextModality;
  /** Of pictures that are asked about. */
  readonly read: PictureModality;
  /** Of pictures that are answered. */
  readonly draw: DrawnModality;
}

/**
 * The parts of a unified model, and its ids: those of the modalities' tables one after the other (what
 * can be said before what cannot), and then, within a batch, the rows that are given.
 */
export class UnifiedModel implements UnifiedParts {
  /** The sizes of the language model. */
  readonly config: LanguageModelConfig;
  /** The first ids: words and special tokens. */
  readonly vocabulary: Vocabulary;
  /** Words: how they enter, and how they are said. */
  readonly text: TextModality;
  readonly read: PictureModality;
  readonly draw: DrawnModality;
  /** Text, drawn, read; where pictures are read and drawn alike, once. */
  readonly modalities: readonly Modality[];
  /** Those with tables, in the order of their ids. */
  readonly tables: readonly Modality[];
  /** Ids that can be said. */
  readonly sayable: number;
  /** Ids of all tables. */
  readonly ids: number;

  /**
   * A unified model of these parts.
   * @throws RangeError where two modalities have one name
   */
  constructor({ config, vocabulary, text, read, draw }: UnifiedParts) {
    this.config = config;
    this.vocabulary = vocabulary;
    this.text = text;
    this.read = read;
    this.draw = draw;
    this.modalities = [...new Set<Modality>([text, draw, read])];
    const names = this.modalities.map(({ name }) => name);
    const twice = names.find((name, i) => names.indexOf(name) < i);
    if (twice !== undefined) {
      throw new RangeError(`Expected modalities of different names, but found "${twice}" twice`);
    }
    const withTables = this.modalities.filter(({ tokens }) => tokens !== undefined);
    const said = withTables.filter(({ tokens }) => tokens!.head !== undefined);
    const silent = withTables.filter(({ tokens }) => tokens!.head === undefined);
    this.tables = [...said, ...silent];
    const sizeOf = (tables: readonly Modality[]) =>
      tables.reduce((sum, { tokens }) => sum + tokens!.size, 0);
    this.sayable = sizeOf(said);
    this.ids = sizeOf(this.tables);
  }

  /** The first id of a modality's table. */
  firstId(modality: string): number {
    let first = 0;
    for (const { name, tokens } of this.tables) {
      if (name === modality) return first;
      first += tokens!.size;
    }
    throw new RangeError(`Expected a modality with a table of tokens, but found "${modality}"`);
  }

  /** The modalities whose rows come with the batch. */
  get given(): readonly Modality[] {
    return this.modalities.filter(({ given }) => given !== undefined);
  }

  /** The modalities that learn more than tokens. */
  get learning(): readonly Modality[] {
    return this.modalities.filter(({ targets }) => targets !== undefined);
  }
}
