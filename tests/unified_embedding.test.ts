/** What enters the language model, against its formula. */
import assert from "node:assert/strict";
import { input, toOnnx } from "../lib/graph/mod.ts";
import { Scope } from "../lib/nn/mod.ts";
import { openDevice, Program, Random } from "../lib/runtime/mod.ts";
import { embed } from "../lib/unified/embedding.ts";
import { UnifiedModel } from "../lib/unified/mod.ts";
import { apart } from "./full_forward.ts";
import { TINY, TINY_CONFIG, tinyParts, tinyStore } from "./tiny_model.ts";
import { vectorModality, VECTORS } from "./vector_modality.ts";

const { hiddenSize } = TINY_CONFIG;

Deno.test("a row is what stands there, its place, and through a map the row before with its place", async () => {
  const parts = tinyParts();
  const model = new UnifiedModel({
    ...parts,
    config: { ...TINY_CONFIG, places: 5 },
    draw: vectorModality(parts.vocabulary),
  });
  using device = await openDevice("cpu", { threads: 1 });
  using store = tinyStore(device, 3, model);
  const random = new Random(0, "embedding");
  const given = {
    vectors: random.normals(2 * VECTORS.size),
    read: random.normals(3 * TINY.featureSize),
  };
  assert.deepEqual(model.given.map(({ name }) => name), ["vectors", "read"]);
  const ids = Int32Array.of(1, 7, model.ids, model.ids + 1, 4, model.ids + 4, 9, model.ids + 2);
  // Two rows of two columns, and a place beyond.
  const places = Int32Array.of(0, 0, 1, 2, 0, 4, 5, 3);
  const scope = new Scope();
  const embedded = embed(scope, {
    ids: input("ids", "int32", [2, 4]),
    places: input("places", "int32", [2, 4]),
    given: {
      vectors: input("given.vectors", "float32", [2, VECTORS.size]),
      read: input("given.read", "float32", [3, TINY.featureSize]),
    },
  }, model);
  using program = await Program.compile(device, toOnnx({ embedded }), store);
  const inputs = { ids, places, "given.vectors": given.vectors, "given.read": given.read };
  const found = (await program.run(inputs)).embedded as Float32Array;

  const weight = async (name: string) => await store.read(`${name}.weight`) as Float32Array;
  const rowsOf = (table: Float32Array, size: number = hiddenSize) => (row: number) =>
    Array.from(table.subarray(row * size, (row + 1) * size));
  const times = (matrix: Float32Array, x: readonly number[]) =>
    Array.from(
      { length: matrix.length / x.length },
      (_, i) => x.reduce((sum, value, j) => sum + matrix[i * x.length + j] * value, 0),
    );
  const words = rowsOf(await weight("model.embed_tokens"));
  const vector = rowsOf(given.vectors, VECTORS.size);
  const feature = rowsOf(given.read, TINY.featureSize);
  const [row, column, beyond] = [
    rowsOf(await weight("vision_embed_tokens.rows")),
    rowsOf(await weight("vision_embed_tokens.columns")),
    rowsOf(await weight("vision_embed_tokens.places")),
  ];
  const placed = (place: number) =>
    place < 4
      ? row(Math.floor(place / 2)).map((x, j) => x + column(place % 2)[j])
      : beyond(place - 4);
  const projector = await weight("vector_projector");
  const [first, second] = [
    await weight("multi_modal_projector.linear_1"),
    await weight("multi_modal_projector.linear_2"),
  ];
  // Biases begin at 0.
  const read = (x: readonly number[]) =>
    times(second, times(first, x).map((x) => x / (1 + Math.exp(-x))));
  const alone = Array.from(ids, (id, i) => {
    const at = id - model.ids;
    const what = at < 0 ? words(id) : at < 2 ? times(projector, vector(at)) : read(feature(at - 2));
    return places[i] === 0 ? what : what.map((x, j) => x + placed(places[i] - 1)[j]);
  });
  const previous = await weight("model.previous_token");
  alone.forEach((own, i) => {
    const before = i % 4 === 0 ? own.map(() => 0) : times(previous, alone[i - 1]);
    const expected = own.map((x, j) => x + before[j]);
    const difference = apart(found.subarray(i * hiddenSize, (i + 1) * hiddenSize), expected);
    assert.ok(difference < 1e-5, `row ${i}: ${difference} apart`);
  });
});
