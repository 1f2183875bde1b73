/** Pictures into files and out of them, good and bad. */
import assert from "node:assert/strict";
import { encodePng, type Picture, readPicture, reduced } from "../lib/data/picture.ts";
import { contactSheet } from "../lib/data/contact_sheet.ts";
import sharp from "../lib/packages/sharp.ts";

const folder = await Deno.makeTempDir();
const at = (name: string) => `${folder}/${name}`;
addEventListener("unload", () => Deno.removeSync(folder, { recursive: true }));

const picture: Picture = {
  width: 3,
  height: 2,
  data: Uint8Array.from({ length: 18 }, (_, i) => i * 14),
};

function plain(width: number, height: number, background: string) {
  return sharp({ create: { width, height, channels: 4, background } });
}

Deno.test("a picture survives its file, byte for byte", async () => {
  await Deno.writeFile(at("kept.png"), await encodePng(picture));
  assert.deepEqual(await readPicture(at("kept.png")), picture);
});

Deno.test("a scaled file has squares for pixels, and reads back at its first size", async () => {
  const png = await encodePng(picture, { scale: 4 });
  const large = await readPicture(png);
  assert.deepEqual([large.width, large.height], [12, 8]);
  assert.deepEqual(large.data.slice(0, 3), picture.data.slice(0, 3));
  assert.deepEqual(large.data.slice(3 * 12 * 3, 3 * 12 * 3 + 12), large.data.slice(0, 12));
  const square = { width: 2, height: 2, data: picture.data.slice(0, 12) };
  const back = await readPicture(await encodePng(square, { scale: 8 }), { size: 2 });
  back.data.forEach((value, i) => assert(Math.abs(value - square.data[i]) <= 12, `${i}`));
  await assert.rejects(encodePng(picture, { scale: 0.5 }), /positive integer, but found 0.5/);
});

Deno.test("what is transparent becomes white, what is grey becomes three channels", async () => {
  const clear = await readPicture(new Uint8Array(await plain(2, 2, "#ff000000").png().toBuffer()));
  assert.deepEqual(new Set(clear.data), new Set([255]));
  const grey = await plain(2, 2, "#808080").toColorspace("b-w").png().toBuffer();
  assert.equal((await readPicture(new Uint8Array(grey))).data.length, 12);
});

Deno.test("a longer side is cut off evenly at both ends", async () => {
  const middle = await plain(20, 20, "#00ff00").png().toBuffer();
  const wide = await plain(60, 20, "#ff0000").composite([{ input: middle, left: 20, top: 0 }])
    .png().toBuffer();
  const { width, height, data } = await readPicture(new Uint8Array(wide), { size: 10 });
  assert.deepEqual([width, height], [10, 10]);
  const center = (5 * 10 + 5) * 3;
  assert.deepEqual([...data.slice(center, center + 3)], [0, 255, 0]);
});

Deno.test("what is no picture is refused with one clear line", async () => {
  const png = await encodePng(picture);
  const noise = Uint8Array.from({ length: 64 * 64 * 3 }, (_, i) => (i * 7919) % 251);
  const whole = await encodePng({ width: 64, height: 64, data: noise });
  const wide = new Uint8Array(await plain(20_000, 2, "#123456").png().toBuffer());
  await Deno.writeFile(at("empty.png"), new Uint8Array());
  await Deno.writeFile(at("text.png"), new TextEncoder().encode("not a picture\n"));
  await Deno.writeFile(at("cut.png"), whole.slice(0, whole.length / 2));
  await Deno.writeFile(at("head.png"), png.slice(0, 20));
  await Deno.writeFile(at("wide.png"), wide);
  const refused = (name: string, message: RegExp) =>
    assert.rejects(readPicture(at(name)), (error: Error) => {
      assert.equal(error.name, "PictureError");
      assert.match(error.message, message);
      assert(error.message.includes(name) && !error.message.includes("\n"), error.message);
      return true;
    });
  await refused("missing.png", /no such file/);
  await refused("empty.png", /empty/);
  await refused("text.png", /something else/);
  await refused("cut.png", /whole picture/);
  await refused("head.png", /Expected a (whole )?picture/);
  await refused("wide.png", /at most 8192 × 8192 pixels, but found 20000 × 2/);
  await refused("", /Expected a picture at/);
});

Deno.test("a contact sheet shows every picture where it belongs", () => {
  const shade = (value: number): Picture => ({
    width: 2,
    height: 3,
    data: new Uint8Array(18).fill(value),
  });
  const sheet = contactSheet([shade(10), shade(20), shade(30)], 2, 1);
  assert.deepEqual([sheet.width, sheet.height], [5, 7]);
  const pixel = (x: number, y: number) => sheet.data[(y * sheet.width + x) * 3];
  assert.deepEqual([pixel(0, 0), pixel(3, 0), pixel(0, 4)], [10, 20, 30]);
  assert.deepEqual([pixel(2, 0), pixel(0, 3), pixel(4, 6)], [255, 255, 255]);
  assert.throws(() => contactSheet([], 2), /found 0/);
  assert.throws(() => contactSheet([shade(1), picture], 2), /found 3 × 2 at 1/);
});

Deno.test("16 bits, four inks and the first picture of several become bytes of red, green, blue", async () => {
  const deep = await sharp(Uint16Array.from({ length: 12 }, (_, i) => i < 6 ? 0 : 65_535), {
    raw: { width: 2, height: 2, channels: 3 },
  }).toColorspace("rgb16").png().toBuffer();
  assert.equal((await sharp(deep).metadata()).depth, "ushort");
  const read = await readPicture(new Uint8Array(deep));
  assert.deepEqual([...read.data], [...Array(6).fill(0), ...Array(6).fill(255)]);
  const inks = await plain(2, 2, "#ff0000").removeAlpha().toColorspace("cmyk").jpeg().toBuffer();
  assert.equal((await sharp(inks).metadata()).channels, 4);
  assert.equal((await readPicture(new Uint8Array(inks))).data.length, 12);
  const frames = await Promise.all(
    ["#ff0000", "#0000ff"].map((color) => plain(4, 4, color).png().toBuffer()),
  );
  for (const format of ["gif", "webp"] as const) {
    const moving = await sharp(frames, { join: { animated: true } }).toFormat(format).toBuffer();
    assert.equal((await sharp(moving).metadata()).pages, 2);
    const { width, height, data } = await readPicture(new Uint8Array(moving));
    assert.deepEqual([width, height], [4, 4]);
    assert.ok(data[0] > 240 && data[2] < 15, `${format}: ${data.slice(0, 3)}`);
  }
});

Deno.test("a reduced picture has the mean of each square", () => {
  const data = Uint8Array.from({ length: 48 }, (_, i) => i);
  const { width, height, data: small } = reduced({ width: 4, height: 4, data }, 2);
  assert.deepEqual([width, height], [2, 2]);
  assert.deepEqual([...small.slice(0, 3)], [8, 9, 10].map((x) => x - 0.5).map(Math.round));
  assert.throws(() => reduced(picture, 2), /multiples of 2, but found 3 × 2/);
});
