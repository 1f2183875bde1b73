/** What ILLUME learns of people's own pictures. */
import { deepStrictEqual as same, ok, strictEqual as equal, throws } from "node:assert";
import {
  captionTokenizer,
  ILLUME_STAGES,
  OWN_TOKENIZER_PRESETS,
  ownPicturesPlan,
  plainCaption,
  type Preset,
  TokenizerConfig,
} from "../mod.ts";
import { SPECIAL_TOKENS } from "../lib/unified/mod.ts";

const PRESETS: readonly Preset[] = ["nano", "small", "base"];

Deno.test("every preset learns nothing but what captions give, in stages none of which is empty", () => {
  for (const preset of PRESETS) {
    TokenizerConfig.parse(OWN_TOKENIZER_PRESETS[preset]);
    const { stages } = ownPicturesPlan(preset, 1500);
    same(stages.map(({ name }) => name), ILLUME_STAGES[preset].map(({ name }) => name));
    for (const { name, mixture } of stages) {
      const kinds = Object.keys(mixture);
      ok(kinds.length > 0, name);
      for (const kind of kinds) {
        ok(["text", "describe", "draw", "reconstruct"].includes(kind), kind);
      }
    }
  }
});

Deno.test("more pictures are learned for longer, within bounds", () => {
  const steps = (pictures: number) => {
    const { tokenizer, stages } = ownPicturesPlan("nano", pictures);
    return [...Object.values(tokenizer), ...stages.map(({ budget }) => budget)]
      .map(({ steps }) => steps);
  };
  const usual = steps(1500);
  same(steps(750), usual.map((steps) => Math.round(steps / 2)));
  same(steps(3000), usual.map((steps) => 2 * steps));
  same(steps(1), usual.map((steps) => Math.round(steps / 4)));
  same(steps(1_000_000), usual.map((steps) => 4 * steps));
  throws(() => ownPicturesPlan("nano", 0), /Expected pictures to be a whole number from 1 on/);
});

Deno.test("captions in any script are tokens and back", () => {
  const captions = ["A red apple", "赤いりんご", "Café crème", "I ❤️ NY"].map(plainCaption);
  const text = captionTokenizer(captions);
  for (const caption of captions) equal(text.decode(text.encode(` ${caption}`)), ` ${caption}`);
  equal(text.encode(" apple").length, 1);
  equal(text.encode(" draw").length, 1);
  same(SPECIAL_TOKENS.map((token) => text.tokenId(token)), [...SPECIAL_TOKENS.keys()]);
});
