/**
 * What the launcher has Deno's kernel do before the first cell. Cells import Illume by name, whatever
 * `deno.json` lies in their folder; an interrupt does not end the kernel, but its launcher's end does.
 */
import { registerHooks } from "node:module";
import illume from "../deno.json" with { type: "json" };

const root = new URL("../", import.meta.url);

/** Where `illume`, `illume/graph` and the other entries are, by the package's own name too. */
const entries = new Map(
  Object.entries(illume.exports).flatMap(([entry, file]) =>
    ["illume", illume.name].map((name) => [entry.replace(".", name), new URL(file, root).href])
  ),
);

registerHooks({
  resolve(name, context, next) {
    const url = entries.get(name);
    if (url !== undefined) return { url, shortCircuit: true };
    if (!name.startsWith("illume/")) return next(name, context);
    const known = [...entries.keys()].filter((entry) => entry.startsWith("illume"));
    throw new Error(`Expected one of ${known.join(", ")}, but found "${name}"`);
  },
});

// Deno's kernel dies of the signal where nobody listens, and takes all variables with it.
Deno.addSignalListener("SIGINT", () => {});

/** The launcher holds the other end, and writes nothing. */
Deno.stdin.readable.pipeTo(new WritableStream()).finally(() => Deno.exit());
