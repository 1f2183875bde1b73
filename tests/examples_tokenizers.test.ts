/** The commands that train, measure and compare tokenizers, in their shortest form. */
import { deepEqual, equal, ok } from "node:assert/strict";
import { readFile, stat } from "node:fs/promises";
import { runTask } from "./commands.ts";
import { inFolder } from "./folder.ts";

const readJson = async (path: string) => JSON.parse(await readFile(path, "utf8"));

Deno.test("tokenizers are trained, and measured from what was saved", () =>
  inFolder(async (folder) => {
    const train = () => runTask("train-tokenizers", "--quick", "--seeds", "1", "--out", folder);
    const trained = await train();
    equal(trained.code, 0, trained.stderr);
    const weights = `${folder}/0/encoder/model.safetensors`;
    const before = await readFile(weights);
    const again = await train();
    equal(again.code, 0, again.stderr);
    deepEqual(await readFile(weights), before, "what was finished is not trained again");

    const json = `${folder}/measured.json`;
    const words = ["--quick", "--from", folder, "--json", json, "--figures", folder];
    const measured = await runTask("measure-tokenizer", ...words);
    equal(measured.code, 0, measured.stderr);
    const { seeds, rawPixels, heldOutEmoji } = await readJson(json);
    equal(seeds.length, 1);
    ok(heldOutEmoji > 10 && rawPixels.recallAt1 > 0);
    const [{ retrieval, tokens, reconstruction, parser, judge, enlarged, picturesPerSecond }] =
      seeds;
    const shares = [
      retrieval["noto to fluent-3d"].recallAt1,
      tokens.vector.codebookUse,
      tokens.sim.retrieval["noto to twemoji"].recallAt5,
      reconstruction.codebookUse,
      parser.truth,
      parser.reconstructed,
      judge.true.verdict.accuracy,
      judge.reconstructed.axes.color.accuracy,
    ];
    for (const share of shares) ok(share >= 0 && share <= 1, `${share}`);
    ok(picturesPerSecond.tokens > picturesPerSecond.tokensAndEightSteps);
    equal(enlarged.pixels, 128);
    ok(enlarged.psnr > 5 && enlarged.psnrScaledUp > 5);
    ok((await stat(`${folder}/retrieval.png`)).size > 1000);
  }));

Deno.test("tokens are compared, and the figures redrawn from the results", () =>
  inFolder(async (folder) => {
    const json = `${folder}/compare_tokenizers.json`;
    const words = ["--quick", "--seeds", "1", "--out", `${folder}/runs`, "--json", json];
    const compared = await runTask("compare-tokenizers", ...words);
    equal(compared.code, 0, compared.stderr);
    const { runs, samplesForPixelScore } = await readJson(json);
    deepEqual(runs.map(({ kind }: { kind: string }) => kind), [
      "semantic",
      "pixel",
      "pixel, L1 alone",
      "dual",
    ]);
    for (const { tokens, looks } of runs) {
      ok(tokens.ceiling >= 0 && tokens.purity.concept <= 1);
      ok(looks.length > 0 && looks.every((look: { answers: number }) => look.answers >= 0));
    }
    equal(samplesForPixelScore.drawing.length, 2);
    const figures = await runTask(
      "figures",
      ...["results", "tokenizers", "models", "to"].flatMap((name) => [`--${name}`, folder]),
    );
    equal(figures.code, 0, figures.stderr);
    ok((await stat(`${folder}/tokenizers.png`)).size > 1000);
    ok(/left as they are: .*no such file/.test(figures.stderr));
  }));
