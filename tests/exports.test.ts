/** What `deno.json` exports is there, and is reached by the package's name. */
import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const { name, exports } = JSON.parse(await Deno.readTextFile(`${root}/deno.json`));

/** What those who look for it expect to find in each room. */
const FOUND: Readonly<Record<string, readonly string[]>> = {
  ".": [
    "loadModel",
    "MetaMorph",
    "DreamLLM",
    "Training",
    "openDevice",
    "plot",
    "readPicture",
    "emojiScenes",
  ],
  "./graph": ["constant", "gradient", "input", "ops", "toOnnx"],
  "./runtime": ["openDevice", "Program", "Random", "StateStore"],
  "./files": ["decodeSafetensors", "encodeSafetensors", "SafetensorsFile", "writeFileAtomic"],
  "./nn": ["KeyValueCache", "layerNorm", "linear", "rmsNorm", "Scope", "transformer"],
  "./optim": ["adamw", "muon", "TrainStep", "trainingLoop", "trainingStage"],
  "./text": ["CaptionError", "knowLanguage", "TextTokenizer"],
  "./data": ["listed", "mapped", "pictureOf", "readPicture"],
  "./vision": ["encoderFromOnnx", "PictureTokenizer", "quantizerOf", "Visualizer"],
  "./assessment": ["assess", "Assessment", "EndpointJudge"],
  "./unified": ["SPECIAL_TOKENS", "Vocabulary"],
  "./training": ["Progress", "readMetrics", "ResumeError", "Training"],
  "./recipes": ["DreamLLM", "Illume", "loadModel", "MetaMorph", "RECIPES", "selfGenerate"],
  "./evaluation": ["bootstrapMean", "frechetDistance", "retrieve"],
  "./plot": ["lossCurve", "pictureGrid", "profile"],
  "./emoji": ["emojiScenes", "EmojiSet", "parserJudge", "SceneParser", "WORLDS"],
};

Deno.test("every export loads by its name within the checkout, and has what one looks for", async () => {
  assert.deepEqual(Object.keys(exports).sort(), Object.keys(FOUND).sort());
  const lines = Object.keys(exports).map((path) =>
    `found["${path}"] = Object.keys(await import("${name}${path.slice(1)}"));`
  );
  const program = ["const found = {};", ...lines, "console.log(JSON.stringify(found));"].join("\n");
  const command = new Deno.Command(Deno.execPath(), { args: ["eval", program], cwd: root });
  const { code, stdout, stderr } = await command.output();
  assert.equal(code, 0, new TextDecoder().decode(stderr));
  const found = JSON.parse(new TextDecoder().decode(stdout));
  for (const [path, names] of Object.entries(FOUND)) {
    assert.deepEqual(names.filter((name) => !found[path].includes(name)), [], path);
  }
});

Deno.test("every public name says what it is, and every type that it refers to is public", async () => {
  const args = ["doc", "--lint", "mod.ts"];
  const { code, stderr } = await new Deno.Command(Deno.execPath(), { args, cwd: root }).output();
  assert.equal(code, 0, new TextDecoder().decode(stderr));
});

Deno.test("what is published has explicit types and holds the library alone", async () => {
  const args = ["publish", "--dry-run", "--allow-dirty", "--no-check"];
  const { code, stderr } = await new Deno.Command(Deno.execPath(), { args, cwd: root }).output();
  const told = new TextDecoder().decode(stderr);
  assert.equal(code, 0, told);
  assert.match(told, /\/mod\.ts/);
  assert.doesNotMatch(told, /\/(tests|benchmarks|examples|notebooks|docs|out)\//);
});
