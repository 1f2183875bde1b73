/** Draws into a folder with a tiny model, until it is done or killed: for `self_generation.test.ts`. */
import { trainTextTokenizer } from "../lib/worlds/emoji/text.ts";
import { askedCaptions } from "../lib/worlds/emoji/asked_captions.ts";
import { parserJudge } from "../lib/worlds/emoji/parser_judge.ts";
import { SceneParser } from "../lib/worlds/emoji/parser/scene_parser.ts";
import { emojiScenes } from "../lib/worlds/emoji/emoji_scenes.ts";
import { selfGenerate } from "../lib/recipes/mod.ts";
import { openDevice, StateStore } from "../lib/runtime/mod.ts";
import { tinyIllume } from "./tiny_illume.ts";

const [directory] = Deno.args;
const scenes = await emojiScenes({ preset: "nano", seed: 0 });
using store = new StateStore(await openDevice("cpu"));
const model = tinyIllume(store, trainTextTokenizer(scenes));
const judge = parserJudge(SceneParser.create(scenes.world, scenes.sprites));
const asked = askedCaptions(scenes.world);
const settings = { directory, asked, captions: 200, samples: 2, seed: 3 };
for await (const _ of selfGenerate(model, judge, settings));
