/** A person's own pictures as a data set. */
import fc from "fast-check";
import {
  deepStrictEqual as same,
  notStrictEqual as differ,
  ok,
  rejects,
  strictEqual as equal,
  throws,
} from "node:assert";
import { splitByName } from "../lib/data/held_out.ts";
import { type Picture, PictureError } from "../lib/data/picture.ts";
import { pictureFolder } from "../lib/data/picture_folder.ts";
import { countsByReason, skippedInWords } from "../lib/data/skipped.ts";
import sharp from "../lib/packages/sharp.ts";
import { inFolder } from "./folder.ts";
import { ODD_SKIPPED, writeOddPictures } from "./odd_pictures.ts";

type Rgba = readonly [number, number, number, number];

/** A plain picture as a PNG. */
async function plain(width: number, height: number, [r, g, b, alpha]: Rgba): Promise<Uint8Array> {
  const background = { r, g, b, alpha };
  return new Uint8Array(
    await sharp({ create: { width, height, channels: 4, background } }).png().toBuffer(),
  );
}

const RED: Rgba = [255, 0, 0, 1];

/** Writes files of a folder; texts as they are, colours as plain pictures of 4 × 4 pixels. */
async function write(folder: string, files: Record<string, string | Uint8Array | Rgba>) {
  for (const [name, content] of Object.entries(files)) {
    const path = `${folder}/${name}`;
    await Deno.mkdir(path.slice(0, path.lastIndexOf("/")), { recursive: true });
    if (typeof content === "string") await Deno.writeTextFile(path, content);
    else if (content instanceof Uint8Array) await Deno.writeFile(path, content);
    else await Deno.writeFile(path, await plain(4, 4, content as Rgba));
  }
}

function pixel({ width, data }: Picture, x: number, y: number): number[] {
  return [...data.subarray(3 * (y * width + x), 3 * (y * width + x) + 3)];
}

Deno.test("captions come from text files and from records, a sample each, sorted by name", () =>
  inFolder(async (folder) => {
    await write(folder, {
      "z.png": RED,
      "z.txt": "\ufeffThe last\r\n\r\n  and least  \n",
      "B/a.PNG": RED,
      "B/captions.jsonl": '{"file_name": "a.PNG", "text": "in B", "license": "CC0"}\n',
      "b/é.png": RED,
      "b/e\u0301.txt": "an accent",
      "metadata.jsonl":
        '{"file_name": "./z.png", "text": "of records"}\n{"file_name": "B/a.PNG", "text": "too"}\n',
    });
    const set = await pictureFolder(folder, { size: 4 });
    same(set.samples, [
      { file: "B/a.PNG", caption: "in B" },
      { file: "B/a.PNG", caption: "too" },
      { file: "b/é.png", caption: "an accent" },
      { file: "z.png", caption: "The last" },
      { file: "z.png", caption: "and least" },
      { file: "z.png", caption: "of records" },
    ]);
    same(set.files, ["B/a.PNG", "b/é.png", "z.png"]);
    equal(set.size, 6);
    same(set.skipped, []);
    const { picture, caption } = await set.at(4);
    same([caption, pixel(picture, 0, 0)], ["and least", [255, 0, 0]]);
    same(set.oneEach().samples.map(({ caption }) => caption), ["in B", "an accent", "The last"]);
    await rejects(set.at(6), /^RangeError: Expected an index below 6, but found 6$/);
  }));

Deno.test("pictures become squares: cropped in the middle, white where they are transparent", () =>
  inFolder(async (folder) => {
    const middle = await sharp(await plain(40, 40, RED))
      .extend({ left: 40, right: 40, background: "blue" }).png().toBuffer();
    await write(folder, {
      "wide.png": new Uint8Array(middle),
      "wide.txt": "red between blue",
      "clear.png": await plain(5, 9, [0, 0, 0, 0]),
      "clear.txt": "nothing",
    });
    const set = await pictureFolder(folder, { size: 8 });
    const [clear, cropped] = [(await set.at(0)).picture, (await set.at(1)).picture];
    same([clear.width, clear.height, pixel(clear, 3, 3)], [8, 8, [255, 255, 255]]);
    const [left0, right0] = [pixel(cropped, 1, 4), pixel(cropped, 6, 4)];
    ok(left0[0] > 200 && left0[2] < 50, `Expected red, but found ${left0}`);
    ok(right0[0] > 200 && right0[2] < 50, `Expected red, but found ${right0}`);
  }));

Deno.test("200 drawings of all sizes and formats are read; what is broken is counted and listed", () =>
  inFolder(async (folder) => {
    await writeOddPictures(folder);
    const told: number[] = [];
    const set = await pictureFolder(folder, {
      size: 32,
      progress: (done, total) => told.push(done / total),
    });
    same(countsByReason(set.skipped), ODD_SKIPPED);
    equal(set.files.length, 201); // with the first of two that are called alike
    equal(set.size, 401);
    ok(set.isKept);
    for (let i = 0; i < set.size; i += 7) {
      const { picture, caption } = await set.at(i);
      same([picture.width, picture.height, picture.data.length], [32, 32, 32 * 32 * 3]);
      ok(caption.length > 3);
    }
    equal(told.at(-1), 1);
    ok(told.every((share, i) => i === 0 || share > told[i - 1]));

    const list = `${folder}/skipped.jsonl`;
    await set.writeSkipped(list);
    const lines = (await Deno.readTextFile(list)).trim().split("\n").map((line) =>
      JSON.parse(line)
    );
    same(lines, set.skipped);
    const found = (file: string) => lines.find((line) => line.file === file)?.found;
    ok(/but found nothing: .*empty\.png is empty$/.test(found("broken/empty.png")));
    ok(/^Expected a picture, but found something else/.test(found("broken/text.jpg")));
    ok(/Expected text in UTF-8/.test(found("broken/latin.txt")));
    equal(found("broken/twice.webp"), "broken/twice.png");
    equal(found("broken/twice.txt"), "399 characters");
    equal(found("captions.jsonl, record 201: gone.png"), "a picture that is gone");
    ok(Deno.inspect(set).includes("201 pictures with 401 captions, 32 × 32 pixels; 11 skipped ("));
  }));

Deno.test("the same folder gives the same samples and fingerprint; any change gives another", () =>
  inFolder(async (folder) => {
    await write(folder, { "a.png": RED, "a.txt": "red", "b.png": [0, 0, 0, 1], "b.txt": "black" });
    const read = async (size = 4) => await pictureFolder(folder, { size });
    const first = await read();
    equal((await read()).fingerprint, first.fingerprint);
    ok(/^[0-9a-f]{64}$/.test(first.fingerprint));
    const seen = new Set([first.fingerprint, (await read(5)).fingerprint]);
    await write(folder, { "notes.md": "of no account", "alone.txt": "skipped" });
    equal((await read()).fingerprint, first.fingerprint);
    await write(folder, { "a.txt": "Red" });
    seen.add((await read()).fingerprint);
    await write(folder, { "a.png": [254, 0, 0, 1] });
    seen.add((await read()).fingerprint);
    await Deno.rename(`${folder}/b.png`, `${folder}/c.png`);
    await Deno.rename(`${folder}/b.txt`, `${folder}/c.txt`);
    seen.add((await read()).fingerprint);
    equal(seen.size, 5);
  }));

Deno.test("folders that give nothing, and records that are none, are refused in words", () =>
  inFolder(async (folder) => {
    const read = (path = folder) => pictureFolder(path, { size: 4 });
    const refused = async (message: RegExp, path?: string) => {
      await rejects(read(path), (error: Error) => {
        ok(message.test(error.message), error.message);
        return true;
      });
    };
    await refused(
      /^Expected a folder of pictures at .*none, but found no such folder$/,
      `${folder}/none`,
    );
    await refused(
      /^Expected pictures with captions beside them in .*, but found none that can be used: none skipped$/,
    );
    await write(folder, { "a.png": RED, "b.png": RED, "b.txt": "\n" });
    await refused(
      /none that can be used: 2 skipped \(captions without words: 1; pictures without a caption: 1\)$/,
    );
    await rejects(read(`${folder}/a.png`), PictureError);
    await refused(
      /^Expected a folder of pictures at .*a\.png, but found a file$/,
      `${folder}/a.png`,
    );
    await write(folder, {
      "captions.jsonl": '{"file_name": "a.png", "text": "red"}\n\n{"file_name": 7}\n',
    });
    await refused(
      /captions\.jsonl:3: Expected a record of a picture and its caption, but found at file_name: /,
    );
    await write(folder, { "captions.jsonl": '{"file_name": "a.png"\n' });
    await refused(
      /captions\.jsonl:1: Expected a record of a picture and its caption in JSON, but found: /,
    );
    throws(() => splitByName([], String, { share: 2, seed: 0 }), /Expected share to be a number/);
    await rejects(pictureFolder(folder, { size: 0 }), /Expected size to be a whole number from 1/);
    const aborted = AbortSignal.abort(new Error("stopped"));
    await write(folder, { "captions.jsonl": '{"file_name": "a.png", "text": "red"}\n' });
    await rejects(pictureFolder(folder, { size: 4, signal: aborted }), /stopped/);
  }));

Deno.test("links are followed, and those that lead back or nowhere do no harm", () =>
  inFolder(async (folder) => {
    await write(folder, { "own/a.png": RED, "own/a.txt": "red", "other/b.png": RED });
    await write(folder, { "other/b.txt": "red as well" });
    await Deno.symlink("../other", `${folder}/own/linked`);
    await Deno.symlink("..", `${folder}/other/back`);
    await Deno.symlink("gone.png", `${folder}/own/lost.png`);
    await write(folder, { "own/lost.txt": "lost" });
    const set = await pictureFolder(`${folder}/own`, { size: 4 });
    ok(set.files.includes("a.png") && set.files.includes("linked/b.png"), set.files.join());
    same(set.skipped.map(({ file, reason }) => [file, reason]), [[
      "lost.png",
      "unreadable picture",
    ]]);
  }));

Deno.test("a picture stays on its side, with all its captions, whatever else is added", () => {
  const names = fc.uniqueArray(fc.string({ minLength: 1, maxLength: 12 }), { maxLength: 60 });
  fc.assert(fc.property(names, names, fc.nat(9), (some, others, seed) => {
    const more = others.filter((name) => !some.includes(name));
    const sides = (names: readonly string[]) => {
      const items = names.flatMap((name) => [{ name, line: 1 }, { name, line: 2 }]);
      return splitByName(items, ({ name }) => name, { share: 0.3, seed });
    };
    const [few, many] = [sides(some), sides([...more, ...some])];
    for (const side of ["training", "heldOut"] as const) {
      const all = new Set(many[side].map(({ name }) => name));
      ok(few[side].every(({ name }) => all.has(name)));
      equal(many[side].length, 2 * all.size);
    }
    equal(few.training.length + few.heldOut.length, 2 * some.length);
  }));
});

Deno.test("a tenth is held out, another with another seed", () =>
  inFolder(async (folder) => {
    const picture = await plain(2, 2, RED);
    const names = Array.from({ length: 300 }, (_, i) => `${i}`);
    for (const name of names) {
      await write(folder, { [`${name}.png`]: picture, [`${name}.txt`]: `red ${name}` });
    }
    const set = await pictureFolder(folder, { size: 2 });
    const { training, heldOut } = set.split();
    equal(training.size + heldOut.size, 300);
    ok(Math.abs(heldOut.size - 30) <= 15, `Expected about 30, but found ${heldOut.size}`);
    same(set.split().heldOut.samples, heldOut.samples);
    differ(set.split({ seed: 1 }).heldOut.files.join(), heldOut.files.join());
    equal((await heldOut.at(0)).caption, heldOut.samples[0].caption);
  }));

Deno.test("what is skipped is told in a line", () => {
  equal(skippedInWords([]), "none skipped");
  const skipped = (["no caption", "no picture", "no caption"] as const)
    .map((reason) => ({ file: "a", reason, found: "" }));
  equal(
    skippedInWords(skipped),
    "3 skipped (pictures without a caption: 2; captions without a picture: 1)",
  );
});
