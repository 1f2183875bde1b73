/** What models of either recipe learn of people's own pictures. */
import { deepStrictEqual as same, ok, strictEqual as equal, throws } from "node:assert";
import {
  captionTokenizer,
  OWN_TOKENIZER_PRESETS,
  ownPicturesPlan,
  plainCaption,
  type Preset,
  RECIPES,
  TokenizerConfig,
} from "../mod.ts";
import { SPECIAL_TOKENS } from "../lib/unified/mod.ts";

const PRESETS: readonly Preset[] = ["nano", "small", "base"];

Deno.test("every preset learns nothing but what captions give, in stages none of which is empty", () => {
  for (const recipe of Object.values(RECIPES)) {
    for (const preset of PRESETS) {
      TokenizerConfig.parse(OWN_TOKENIZER_PRESETS[preset]);
      const { stages } = ownPicturesPlan(preset, 1500, recipe.name);
      const usual = recipe.plans[preset].stages;
      const names = usual.map(({ name }) => name).filter((name) => name !== "reading");
      same(stages.map(({ name }) => name), names);
      for (const { name, mixture } of stages) {
        const kinds = Object.keys(mixture);
        ok(kinds.length > 0, name);
        for (const kind of kinds) {
          ok(["text", "describe", "draw", "reconstruct"].includes(kind), kind);
        }
      }
    }
  }
});

Deno.test("more pictures are learned for longer, within bounds", () => {
  const steps = (pictures: number) => {
    const { tokenizer, visualizer, stages } = ownPicturesPlan("nano", pictures, "metamorph");
    const vision = [...Object.values(tokenizer), ...Object.values(visualizer)];
    return [...vision, ...stages.map(({ budget }) => budget)].map(({ steps }) => steps);
  };
  const usual = steps(1500);
  /** The language model's steps are rounded twice. */
  const near = (found: readonly number[], share: number) =>
    usual.forEach((steps, i) => ok(Math.abs(found[i] - share * steps) <= 1, `${found[i]}`));
  near(steps(750), 1 / 2);
  near(steps(3000), 2);
  near(steps(1), 1 / 4);
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
