/**
 * tokenizer.json, the Hugging Face format, for byte-pair vocabularies over bytes: what we write, and
 * the check of what we read.
 */
import { z } from "../packages/zod.ts";
import { BYTE_ALPHABET } from "./byte_alphabet.ts";
import type { BytePairs } from "./byte_pairs.ts";
import { WORD_PATTERN } from "./words.ts";

/** A tokenizer.json file, as Hugging Face's `tokenizers` reads it: byte pairs over bytes. */
export interface TokenizerJson {
  /** Of the format. */
  version: "1.0";
  /** Texts are not cut. */
  truncation: null;
  /** Nor filled up. */
  padding: null;
  /** The special tokens. */
  added_tokens: {
    id: number;
    content: string;
    single_word: false;
    lstrip: false;
    rstrip: false;
    normalized: false;
    special: true;
  }[];
  /** Texts stay as they are. */
  normalizer: null;
  /** How text is cut into words, and words into bytes. */
  pre_tokenizer: {
    type: "Sequence";
    pretokenizers: [
      {
        type: "Split";
        pattern: { Regex: string };
        behavior: "Isolated";
        invert: false;
      },
      {
        type: "ByteLevel";
        add_prefix_space: false;
        trim_offsets: true;
        use_regex: false;
      },
    ];
  };
  /** Nothing is put around tokens. */
  post_processor: null;
  /** Its flags mean nothing; Hugging Face's trainer writes true. */
  decoder: {
    type: "ByteLevel";
    add_prefix_space: boolean;
    trim_offsets: boolean;
    use_regex: boolean;
  };
  /** The tokens and their ids, and which pairs are merged, the first first. */
  model: {
    type: "BPE";
    dropout: null;
    unk_token: null;
    continuing_subword_prefix: null;
    end_of_word_suffix: null;
    fuse_unk: false;
    byte_fallback: false;
    ignore_merges: false;
    vocab: Record<string, number>;
    merges: [string, string][];
  };
}

const tokenId = z.int().nonnegative();

const schema: z.ZodType<TokenizerJson> = z.object({
  version: z.literal("1.0"),
  truncation: z.null(),
  padding: z.null(),
  added_tokens: z.array(z.object({
    id: tokenId,
    content: z.string().min(1),
    single_word: z.literal(false),
    lstrip: z.literal(false),
    rstrip: z.literal(false),
    normalized: z.literal(false),
    special: z.literal(true),
  })),
  normalizer: z.null(),
  pre_tokenizer: z.object({
    type: z.literal("Sequence"),
    pretokenizers: z.tuple([
      z.object({
        type: z.literal("Split"),
        pattern: z.object({ Regex: z.literal(WORD_PATTERN) }),
        behavior: z.literal("Isolated"),
        invert: z.literal(false),
      }),
      z.object({
        type: z.literal("ByteLevel"),
        add_prefix_space: z.literal(false),
        trim_offsets: z.literal(true),
        use_regex: z.literal(false),
      }),
    ]),
  }),
  post_processor: z.null(),
  decoder: z.object({
    type: z.literal("ByteLevel"),
    add_prefix_space: z.boolean(),
    trim_offsets: z.boolean(),
    use_regex: z.boolean(),
  }),
  model: z.object({
    type: z.literal("BPE"),
    dropout: z.null(),
    unk_token: z.null(),
    continuing_subword_prefix: z.null(),
    end_of_word_suffix: z.null(),
    fuse_unk: z.literal(false),
    byte_fallback: z.literal(false),
    ignore_merges: z.literal(false),
    vocab: z.record(z.string(), tokenId),
    merges: z.array(z.tuple([z.string(), z.string()])),
  }),
});

/** Describes a vocabulary: special tokens take the first ids, then the tokens in their order. */
export function describeTokenizer(
  { tokens, merges }: BytePairs,
  specialTokens: readonly string[],
): TokenizerJson {
  return {
    version: "1.0",
    truncation: null,
    padding: null,
    added_tokens: specialTokens.map((content, id) => ({
      id,
      content,
      single_word: false,
      lstrip: false,
      rstrip: false,
      normalized: false,
      special: true,
    })),
    normalizer: null,
    pre_tokenizer: {
      type: "Sequence",
      pretokenizers: [
        { type: "Split", pattern: { Regex: WORD_PATTERN }, behavior: "Isolated", invert: false },
        { type: "ByteLevel", add_prefix_space: false, trim_offsets: true, use_regex: false },
      ],
    },
    post_processor: null,
    decoder: { type: "ByteLevel", add_prefix_space: true, trim_offsets: true, use_regex: true },
    model: {
      type: "BPE",
      dropout: null,
      unk_token: null,
      continuing_subword_prefix: null,
      end_of_word_suffix: null,
      fuse_unk: false,
      byte_fallback: false,
      ignore_merges: false,
      vocab: Object.fromEntries([...specialTokens, ...tokens].map((token, id) => [token, id])),
      merges: merges.map(([left, right]) => [left, right]),
    },
  };
}

/**
 * Checks the content of a tokenizer.json file.
 *
 * @throws TypeError naming the field that is not as expected
 */
export function parseTokenizerJson(json: unknown): TokenizerJson {
  const parsed = schema.safeParse(json);
  if (!parsed.success) {
    const { path, message } = parsed.error.issues[0];
    throw new TypeError(
      `Expected a byte-pair tokenizer.json, but found at ${
        path.join(".") || "its top"
      }: ${message}`,
    );
  }
  checkVocabulary(parsed.data);
  return parsed.data;
}

/** Ids are 0, 1, 2 …; every byte, every special token and every merge has one. */
function checkVocabulary({ added_tokens, model: { vocab, merges } }: TokenizerJson): void {
  const idOf = new Map(Object.entries(vocab));
  const taken = new Set(idOf.values());
  for (let id = 0; id < idOf.size; id++) {
    if (!taken.has(id)) {
      throw new TypeError(
        `Expected model.vocab to have ids 0 to ${idOf.size - 1}, but found no ${id}`,
      );
    }
  }
  const expectToken = (token: string, where: string) => {
    if (!idOf.has(token)) {
      throw new TypeError(
        `Expected ${where} ${JSON.stringify(token)} in model.vocab, but found none`,
      );
    }
  };
  for (const byte of BYTE_ALPHABET) expectToken(byte, "the byte");
  for (const [left, right] of merges) {
    for (const token of [left, right, left + right]) expectToken(token, "the merged token");
  }
  for (const { content, id } of added_tokens) {
    expectToken(content, "the special token");
    if (idOf.get(content) !== id) {
      throw new TypeError(
        `Expected the special token ${JSON.stringify(content)} to have id ${idOf.get(content)} ` +
          `as in model.vocab, but found ${id}`,
      );
    }
  }
}
