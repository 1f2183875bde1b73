/** Holds a folder until something is written to it, or it is killed: for `training_existing.test.ts`. */
import { FolderLock } from "../lib/files/mod.ts";

await FolderLock.take(Deno.args[0]);
console.log("taken");
for await (const _ of Deno.stdin.readable) break;
Deno.exit(5);
