/** Rooms depend on those before them alone: no arrow points up, none in a circle. */
import assert from "node:assert/strict";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));

/** Each may import those before it. */
const ROOMS = [
  ...["lib/packages", "lib/notebook", "kernels", "lib/graph", "lib/runtime", "lib/files", "lib/nn"],
  ...["lib/optim", "lib/text", "lib/data", "lib/vision", "lib/assessment", "lib/unified"],
  ...[
    "lib/training",
    "lib/recipes",
    "lib/evaluation",
    "lib/plot",
    "lib/worlds/emoji",
    "lib/worlds",
  ],
];

/** A file, and what it imports: paths from the root. */
interface File {
  readonly path: string;
  readonly imports: readonly string[];
  /** What the examples in its comments import. */
  readonly shown: readonly string[];
}

/** Every file of the rooms. Imports of packages are no arrows. */
function readFiles(): Map<string, File> {
  const paths = ["kernels", "lib"].flatMap((folder) => pathsIn(folder));
  return new Map(paths.map((path) => {
    const text = Deno.readTextFileSync(`${root}${path}`);
    const comments = /^[ \t]*\/\*[^]*?\*\//gm;
    const code = text.replaceAll(comments, "");
    const examples = (text.match(comments) ?? []).join("\n").replaceAll(/^[ \t]*\*/gm, "");
    return [path, { path, imports: importsIn(code, path), shown: importsIn(examples, path) }];
  }));
}

function pathsIn(folder: string): string[] {
  return Array.from(Deno.readDirSync(`${root}${folder}`)).flatMap(({ name, isDirectory }) => {
    const path = `${folder}/${name}`;
    return isDirectory ? pathsIn(path) : path.endsWith(".ts") ? [path] : [];
  }).sort();
}

/** `import … from`, `export … from`, `import "…"` and `import("…")`, of types too. */
function importsIn(code: string, path: string): string[] {
  const statement =
    /^[ \t]*(?:import|export)\b[^;"]*?(?:\bfrom\s*)?"(\.[^"]+)"|\bimport\("(\.[^"]+)"\)/gm;
  const found = [...code.matchAll(statement)].map(([, written, late]) => written ?? late);
  return [...new Set(found.map((relative) => join(dirname(path), relative)))];
}

function roomOf(path: string): number {
  return ROOMS.findIndex((room) => path.startsWith(`${room}/`));
}

/** A circle in what leads from one to others, if there is one. */
function circleIn(names: Iterable<string>, next: (name: string) => Iterable<string>): string[] {
  const done = new Set<string>();
  const path: string[] = [];
  const visit = (name: string): string[] => {
    if (path.includes(name)) return [...path.slice(path.indexOf(name)), name];
    if (done.has(name)) return [];
    path.push(name);
    for (const other of next(name)) {
      const circle = visit(other);
      if (circle.length > 0) return circle;
    }
    path.pop();
    done.add(name);
    return [];
  };
  for (const name of names) {
    const circle = visit(name);
    if (circle.length > 0) return circle;
  }
  return [];
}

const files = readFiles();

/** Imports that point up, as "this imports that". */
const upward = (kind: "imports" | "shown") =>
  [...files.values()].flatMap((file) =>
    file[kind].filter((other) => roomOf(other) > roomOf(file.path) || roomOf(other) < 0)
      .map((other) => `${file.path} imports ${other}`)
  );

Deno.test("every file is in a room, and what it imports is there", () => {
  assert.ok(files.size > 200);
  assert.deepEqual([...files.keys()].filter((path) => roomOf(path) < 0), []);
  for (const { path, imports } of files.values()) {
    assert.deepEqual(imports.filter((other) => !files.has(other)), [], path);
  }
  const linked = [...files.values()].reduce((sum, { imports }) => sum + imports.length, 0);
  assert.ok(linked > files.size, "imports are read");
});

Deno.test("no file imports one of a room above its own", () => {
  assert.deepEqual(upward("imports"), []);
});

Deno.test("no example in a comment imports a room above its own", () => {
  assert.deepEqual(upward("shown"), []);
});

Deno.test("no files import each other in a circle", () => {
  assert.deepEqual(circleIn(files.keys(), (path) => files.get(path)!.imports), []);
});

Deno.test("no rooms depend on each other in a circle", () => {
  const rooms = new Map(ROOMS.map((room) => [room, new Set<string>()]));
  for (const { path, imports } of files.values()) {
    const room = ROOMS[roomOf(path)];
    for (const other of imports) {
      if (ROOMS[roomOf(other)] !== room) rooms.get(room)!.add(ROOMS[roomOf(other)]);
    }
  }
  assert.deepEqual(circleIn(rooms.keys(), (room) => rooms.get(room)!), []);
});

Deno.test("nothing in lib knows emoji but its own world", () => {
  const knows = (text: string) =>
    text.startsWith("lib/worlds/") || text === "lib/packages/emoji.ts";
  const guests = [...files.values()].filter(({ path, imports }) =>
    !path.startsWith("lib/worlds/") && imports.some(knows)
  );
  assert.deepEqual(guests.map(({ path }) => path), []);
});
