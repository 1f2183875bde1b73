/** What the cells of a running notebook show, kept in the words of nbformat 4. */
import { z } from "../lib/packages/zod.ts";
import type { Message } from "./jupyter_message.ts";

const MimeBundle = z.record(z.string(), z.unknown());
const Metadata = z.record(z.string(), z.unknown()).default({});

const Stream = z.object({
  output_type: z.literal("stream"),
  name: z.enum(["stdout", "stderr"]),
  text: z.string(),
});
const DisplayData = z.object({
  output_type: z.literal("display_data"),
  data: MimeBundle,
  metadata: Metadata,
});
const ExecuteResult = z.object({
  output_type: z.literal("execute_result"),
  execution_count: z.number().nullable(),
  data: MimeBundle,
  metadata: Metadata,
});
const Failure = z.object({
  output_type: z.literal("error"),
  ename: z.string(),
  evalue: z.string(),
  traceback: z.array(z.string()),
});

/** One output of a cell, as a notebook file holds it. */
export const Output = z.discriminatedUnion("output_type", [
  Stream,
  DisplayData,
  ExecuteResult,
  Failure,
]);
export type Output = z.infer<typeof Output>;

const Transient = z.object({
  transient: z.object({ display_id: z.string().optional() }).default({}),
});

/** Collects outputs, and lets a later message replace what an earlier one displayed. */
export class OutputCollector {
  readonly #displays = new Map<string, z.infer<typeof DisplayData>[]>();

  /** Takes what `message` shows, if it shows anything, into the outputs of the cell that it is from. */
  collect(message: Message, outputs: Output[]): void {
    if (message.type === "clear_output") return void outputs.splice(0);
    const content = z.record(z.string(), z.unknown()).parse(message.content);
    const parsed = Output.safeParse({ ...content, output_type: message.type });
    if (!parsed.success) return;
    const output = parsed.data;
    const last = outputs.at(-1);
    if (
      output.output_type === "stream" && last?.output_type === "stream" && last.name === output.name
    ) {
      last.text += output.text;
      return;
    }
    outputs.push(output);
    const { display_id } = Transient.parse(message.content).transient;
    if (output.output_type === "display_data" && display_id !== undefined) {
      this.#displays.set(display_id, [...this.#displays.get(display_id) ?? [], output]);
    }
  }

  /** Replaces what the display that `message` names shows, in whichever cell it stands. */
  update({ content }: Message): void {
    const { display_id = "" } = Transient.parse(content).transient;
    const { data, metadata } = DisplayData.omit({ output_type: true }).parse(content);
    for (const display of this.#displays.get(display_id) ?? []) {
      display.data = data;
      display.metadata = metadata;
    }
  }
}
