/** Figures: shown, saved, and read as text. */
import assert from "node:assert/strict";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import sharp from "../lib/packages/sharp.ts";
import { sheet, text, wrap } from "../lib/plot/drawing.ts";
import { Figure, jupyterDisplay } from "../lib/plot/mod.ts";
import { pngBytes } from "../lib/plot/png.ts";
import { pixels, texts } from "./plot_reading.ts";

const square = new Figure(
  "a <square>",
  () => sheet({ width: 20, height: 10, body: `<rect width="10" height="10" fill="#ff0000"/>` }, ""),
);

Deno.test("a figure is drawn once, when it is first looked at", async () => {
  let drawings = 0;
  const figure = new Figure("counted", () => {
    drawings++;
    return sheet({ width: 1, height: 1, body: "" }, "");
  });
  assert.equal(drawings, 0);
  figure.svg();
  figure.html();
  await figure[jupyterDisplay]();
  assert.equal(drawings, 1);
});

Deno.test("a notebook gets the SVG, the same in pixels, and a description in words", async () => {
  const show: () => Promise<Record<string, string>> = Reflect.get(
    square,
    Symbol.for("Jupyter.display"),
  );
  const { "image/png": png, ...bundle } = await show.call(square);
  assert.deepEqual(bundle, { "image/svg+xml": square.svg(), "text/plain": "a <square>" });
  const { data, info } = await sharp(Uint8Array.fromBase64(png)).removeAlpha().raw()
    .toBuffer({ resolveWithObject: true });
  assert.deepEqual([info.width, info.height], [20, 10]);
  assert.deepEqual([...data.subarray(0, 3)], [255, 0, 0]);
  assert.deepEqual([...data.subarray(-3)], [255, 255, 255]);
});

Deno.test("a figure is saved as what its path ends in, and as nothing else", async () => {
  const folder = await mkdtemp(join(tmpdir(), "illume-figure-"));
  try {
    for (const ending of [".svg", ".png", ".html", ".PNG"]) {
      await square.save(join(folder, `figure${ending}`));
    }
    assert.equal(await readFile(join(folder, "figure.svg"), "utf8"), square.svg());
    const { format, width, height } = await sharp(join(folder, "figure.png")).metadata();
    assert.deepEqual({ format, width, height }, { format: "png", width: 40, height: 20 });
    const page = await readFile(join(folder, "figure.html"), "utf8");
    assert.match(page, /<title>a &lt;square&gt;<\/title>/);
    await assert.rejects(
      square.save(join(folder, "figure.gif")),
      /Expected .*\.svg, \.png or \.html/,
    );
    await assert.rejects(readFile(join(folder, "figure.gif")), { code: "ENOENT" });
  } finally {
    await rm(folder, { recursive: true });
  }
});

Deno.test("the paper is white, whatever the notebook's theme", async () => {
  const drawn = await pixels(square);
  assert.deepEqual(drawn.at(4, 4), [255, 0, 0]);
  assert.deepEqual(drawn.at(15, 5), [255, 255, 255]);
});

Deno.test("any text can stand in a figure", async () => {
  await fc.assert(
    fc.asyncProperty(fc.string({ unit: "binary", maxLength: 40 }), async (content) => {
      const figure = new Figure(
        content,
        () => sheet({ width: 40, height: 20, body: text(2, 12, content) }, content),
      );
      await pixels(figure);
    }),
    { numRuns: 50, examples: [["<&>\"'"], ["\u0000\u001b[1m"], ["\ud800"], ["]]>"]] },
  );
  const figure = new Figure("", () => sheet({ width: 9, height: 9, body: text(0, 0, "<&>") }, ""));
  assert.deepEqual(texts(figure), ["<&>"]);
});

Deno.test("wrapped text keeps its words and its width", () => {
  fc.assert(fc.property(
    fc.array(fc.stringMatching(/^[a-z]{1,30}$/), { maxLength: 12 }),
    fc.integer({ min: 40, max: 300 }),
    (words, width) => {
      const lines = wrap(words.join(" "), width, 10, 100);
      assert.ok(lines.every((line) => line.length * 6 <= width));
      assert.equal(lines.join("").replaceAll(" ", ""), words.join(""));
    },
  ));
  assert.deepEqual(wrap("two red hearts", 60, 10, 1), ["two red…"]);
});

Deno.test("pictures are written as PNG without loss", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1, max: 9 }).chain((width) =>
        fc.integer({ min: 1, max: 9 }).chain((height) =>
          fc.uint8Array({ minLength: width * height * 3, maxLength: width * height * 3 })
            .map((data) => ({ width, height, data: new Uint8Array(data) }))
        )
      ),
      async (picture) => {
        const { data, info } = await sharp(pngBytes(picture)).raw()
          .toBuffer({ resolveWithObject: true });
        assert.deepEqual([info.width, info.height], [picture.width, picture.height]);
        assert.deepEqual([...data], [...picture.data]);
      },
    ),
    { numRuns: 30 },
  );
  const short = { width: 2, height: 2, data: new Uint8Array(11) };
  assert.throws(() => pngBytes(short), /Expected a picture of .* but found 2 × 2 with 11 bytes/);
});
