/** POPE's own files: read, asked and scored. */
import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { encodePng, type Picture } from "../lib/data/picture.ts";
import { parseYesNo } from "../lib/evaluation/pope.ts";
import {
  evaluatePope,
  popeYesNo,
  readPope,
  readPopeAnswers,
  scorePope,
} from "../lib/evaluation/pope_file.ts";
import { runCommand } from "./commands.ts";
import { inFolder } from "./folder.ts";

const thing = (name: string) => `Is there a ${name} in the image?`;
const QUESTIONS = [
  { question_id: 1, image: "a.png", text: thing("dog"), label: "yes" },
  { question_id: 2, image: "a.png", text: thing("car"), label: "no" },
  { question_id: 3, image: "b.png", text: thing("dog"), label: "yes" },
  { question_id: 4, image: "b.png", text: thing("car"), label: "no" },
];
const lines = (records: readonly object[]) =>
  records.map((record) => JSON.stringify(record)).join("\n");

Deno.test("POPE's rule and ours differ by letters and signs alone", () => {
  const same = ["no", "No", "No, there is not.", "there is not a cat", "yes", "Yes. No.", ""];
  const otherwise = ["NO", "No!", "Not at all.", "no\n", "no;", "NOT"];
  assert.deepEqual(same.map(popeYesNo), same.map(parseYesNo));
  assert.deepEqual(otherwise.map(popeYesNo), otherwise.map(() => "yes"));
  assert.deepEqual(otherwise.map(parseYesNo), otherwise.map(() => "no"));
});

Deno.test("answers of any model are scored as POPE scores them, by function and command", () =>
  inFolder(async (folder) => {
    const [asked, answered] = [`${folder}/coco_pope_random.json`, `${folder}/answers.json`];
    await writeFile(asked, lines(QUESTIONS));
    const said = ["Yes, there is a dog.", "NO", "No.", "no"];
    const answers = QUESTIONS.map(({ text }, i) => ({
      question: `${text} yes/no`,
      answer: said[i],
    }));
    await writeFile(answered, JSON.stringify(answers));
    const questions = await readPope(asked);
    const scores = scorePope(questions, await readPopeAnswers(answered));
    assert.deepEqual(scores, {
      questions: 4,
      accuracy: 0.5,
      f1: 0.5,
      precision: 0.5,
      recall: 0.5,
      yesRatio: 0.5,
      readOtherwise: 1,
    });
    const { code, stdout } = await runCommand("evaluate", "--pope", asked, "--answers", answered);
    assert.deepEqual([code, JSON.parse(stdout)], [0, scores]);

    assert.throws(() => scorePope(questions, answers.slice(1)), /each of 4 questions, but found 3/);
    const turned = answers.toReversed();
    assert.throws(
      () => scorePope(questions, turned),
      /^RangeError: Expected answer 1 to be to "Is/,
    );
    await writeFile(asked, lines([...QUESTIONS, { ...QUESTIONS[0], label: "maybe" }]));
    await assert.rejects(() => readPope(asked), /random\.json:5: Expected a question.*label/);
  }));

Deno.test("a model is asked about the pictures in a folder, each read once", () =>
  inFolder(async (folder) => {
    const paint = async (name: string, value: number) => {
      const data = new Uint8Array(3 * 32 * 16).fill(value);
      await writeFile(`${folder}/${name}`, await encodePng({ width: 32, height: 16, data }));
    };
    await paint("a.png", 255);
    await paint("b.png", 0);
    const path = `${folder}/questions.json`;
    await writeFile(path, `\ufeff${JSON.stringify(QUESTIONS, null, 2)}`);
    const size = 24;
    const seen = new Set<Picture>();
    const model = {
      /** Says of white pictures what is true, and yes to all else. */
      askAll: (asked: readonly { picture: Picture; question: string }[]) =>
        Promise.resolve(asked.map(({ picture, question }) => {
          seen.add(picture);
          assert.equal(picture.width, size);
          return picture.data[0] === 255 && question.includes("car") ? "no" : "yes";
        })),
    };
    const questions = await readPope(path);
    const scores = await evaluatePope(model, questions, { pictures: folder, size });
    assert.deepEqual([scores.accuracy, scores.recall, scores.yesRatio], [0.75, 1, 0.75]);
    assert.equal(seen.size, 2);
    await assert.rejects(
      () => evaluatePope(model, [{ ...questions[0], image: "c.png" }], { pictures: folder, size }),
      /^PictureError: .*c\.png/,
    );
  }));
