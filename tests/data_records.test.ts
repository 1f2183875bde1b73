/** Files that people bring: read whole, or refused by line. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { writeFile } from "node:fs/promises";
import { z } from "../lib/packages/zod.ts";
import { readLines, readRecords } from "../lib/files/records.ts";
import { inFolder } from "./folder.ts";

const FORMAT = { what: "a note", schema: z.object({ note: z.string() }) };

Deno.test("records are the same in whatever way a file is written", () =>
  inFolder(async (folder) => {
    const path = `${folder}/notes`;
    const note = fc.record({ note: fc.string({ unit: "grapheme" }) }, { noNullPrototype: true });
    const ending = fc.constantFrom("\n", "\r\n", "\r", "\n\n", "\r\n \t\r\n");
    const written = fc.array(note, { minLength: 1 }).chain((notes) =>
      fc.record({
        notes: fc.constant(notes),
        mark: fc.constantFrom("", "\ufeff", "\ufeff\n"),
        text: fc.oneof(
          fc.tuple(ending, fc.constantFrom("", "\n", "\r\n\r\n")).map(([between, last]) =>
            notes.map((one) => JSON.stringify(one)).join(between) + last
          ),
          fc.constantFrom(undefined, 2).map((indent) => JSON.stringify(notes, null, indent)),
        ),
      })
    );
    await fc.assert(
      fc.asyncProperty(written, async ({ notes, mark, text }) => {
        await writeFile(path, mark + text);
        assert.deepEqual(await readRecords(path, FORMAT), notes);
      }),
      { numRuns: 200 },
    );
  }));

Deno.test("a record that is none is refused by its number, also in a last line without an end", () =>
  inFolder(async (folder) => {
    const path = `${folder}/notes`;
    const refused = async (text: string | Uint8Array, message: RegExp) => {
      await writeFile(path, text);
      await assert.rejects(() => readRecords(path, FORMAT), { name: "RangeError", message });
    };
    const line = '{"note": "a cat"}\n';
    await refused(`${line}\n{"note": 3}`, /notes:3: Expected a note, but found at note: /);
    await refused(`${line}{"note": "a d`, /notes:2: Expected a note in JSON, but found: Unterm/);
    await refused(`${line}"a dog"\n`, /notes:2: Expected a note, but found: .*object/);
    await refused(
      `[${line},\n{"nota": ""}]`,
      /notes, record 2: Expected a note, but found at note/,
    );
    await refused(`[${line}`, /notes: Expected a JSON array, but found: .*line 2/);
    await refused("[]", /^Expected a note in .*notes, but found none$/);
    await refused("", /^Expected a note in .*notes, but found none$/);
    await refused("\ufeff \r\n\r\n", /^Expected a note in .*notes, but found none$/);
    await refused(new Uint8Array([0xff, 0xfe, 0x61, 0]), /notes: Expected text in UTF-8/);
    await assert.rejects(() => readRecords(`${path}.none`, FORMAT), Deno.errors.NotFound);
  }));

Deno.test("lines keep their numbers, and may say the same twice", () =>
  inFolder(async (folder) => {
    const path = `${folder}/captions.txt`;
    await writeFile(path, "\ufeffa cat\r\n\r\n  two keys \r\na cat");
    assert.deepEqual(await readLines(path), [
      { number: 1, text: "a cat" },
      { number: 3, text: "two keys" },
      { number: 4, text: "a cat" },
    ]);
  }));
