/** A check that state is written where it stands. */
import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { input, ops, toOnnx } from "../lib/graph/mod.ts";
import { type Device, Program, StateStore } from "../lib/runtime/mod.ts";

/** Writes two slots of a state that is compiled in place; its buffer stays the one that it was. */
export async function assertWritesInPlace(device: Device): Promise<void> {
  using store = new StateStore(device);
  const kept = input("kept", "float32", [1, 1, 3, 2]);
  const fresh = input("fresh", "float32", [1, 1, 1, 2]);
  const model = toOnnx({ "kept'": ops.write(kept, fresh, input("slot", "int32", [1])) });
  store.add("kept", kept, Float32Array.of(1, 2, 3, 4, 5, 6));
  using program = await Program.compile(device, model, store, { inPlace: ["kept'"] });
  const buffer = store.get("kept");
  await program.run({ fresh: Float32Array.of(7, 8), slot: Int32Array.of(1) });
  await program.run({ fresh: Float32Array.of(9, 0), slot: Int32Array.of(2) });
  strictEqual(store.get("kept"), buffer);
  deepStrictEqual(await store.read("kept"), Float32Array.of(1, 2, 7, 8, 9, 0));
}
