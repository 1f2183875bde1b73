/** What a cell shows of a store: its tensors, by the first parts of their names. */
import { elements, show, type TensorType } from "../../kernels/tensor_type.ts";
import { escapeMarkup, htmlTable } from "../notebook/mod.ts";
import { bytesPerElement } from "./tensor_data.ts";

/** A table of the groups of tensors, each of which opens to show its names and shapes. */
export function tensorTree(tensors: ReadonlyMap<string, TensorType>): string {
  const groups = Map.groupBy(tensors, ([name]) => name.split(".")[0]);
  const rows = [...groups].map(([name, own]) => [
    { html: group(name, own) },
    own.length,
    own.reduce((sum, [, { shape }]) => sum + elements(shape), 0),
    inBytes(own.reduce((sum, [, type]) => sum + bytes(type), 0)),
  ]);
  return rows.length === 0 ? "" : htmlTable(rows, ["name", "tensors", "numbers", "memory"]);
}

function group(name: string, tensors: readonly (readonly [string, TensorType])[]): string {
  if (tensors.length === 1) return escapeMarkup(`${tensors[0][0]} ${show(tensors[0][1])}`);
  const lines = tensors.map(([name, type]) => escapeMarkup(`${name} ${show(type)}`));
  return `<details><summary>${escapeMarkup(name)}</summary>${lines.join("<br>")}</details>`;
}

const bytes = (type: TensorType) => elements(type.shape) * bytesPerElement(type.dtype);

/** Such as "3.5 MiB". */
function inBytes(bytes: number): string {
  const units = ["bytes", "KiB", "MiB", "GiB"];
  const unit = Math.min(units.length - 1, Math.floor(Math.log2(Math.max(1, bytes)) / 10));
  return `${Number((bytes / 1024 ** unit).toPrecision(3))} ${units[unit]}`;
}
