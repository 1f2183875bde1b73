/** Which file of a folder a shard means by the name of a picture. */
import type { FolderFile } from "./folder_files.ts";

/**
 * Finds pictures by the names that shards give them. It looks where they usually lie, the nearest
 * place first: in a folder that is called as the shard is (`docs`, or `docs_images` as MMC4's own
 * downloads are called, for `docs.jsonl`), beside the shard, in folders below it, and in all folders
 * above it in turn.
 *
 * @returns the files that a shard may mean in the first place that has one: none where there is none
 * anywhere, and several where their names do not tell which
 *
 * @example
 * ```ts
 * import { namedPictures } from "./named_pictures.ts";
 *
 * const names = ["a/x.png", "b/docs_images/x.png", "b/other/x.png"];
 * const find = namedPictures(names.map((name) => ({ name, path: `/data/${name}` })));
 * const [file] = find("x.png", "b/docs.jsonl");
 * if (file.name !== "b/docs_images/x.png") throw new Error(file.name);
 * if (find("x.png", "docs.jsonl").length !== 3) throw new Error("Expected it undecided");
 * ```
 */
export function namedPictures(
  files: readonly FolderFile[],
): (picture: string, shard: string) => readonly FolderFile[] {
  const filesOf = Map.groupBy(files, ({ name }) => lastOf(name));
  return (picture, shard) => {
    const wanted = picture.replace(/^\.\//, "").normalize("NFC");
    const found = (filesOf.get(lastOf(wanted)) ?? [])
      .filter(({ name }) => `/${name}`.endsWith(`/${wanted}`));
    for (const place of placesOf(shard)) {
      const exact = found.find(({ name }) => name === `${place}${wanted}`);
      if (exact !== undefined) return [exact];
      const below = found.filter(({ name }) => name.startsWith(place));
      if (below.length > 0) return below;
    }
    return [];
  };
}

/** Where a shard's pictures may lie, the nearest place first; the last is the whole folder. */
function placesOf(shard: string): string[] {
  const stem = shard.replace(/\.[^./]+$/, "");
  const folders = shard.split("/").slice(0, -1).map((folder) => `${folder}/`);
  const outwards = [...folders.keys(), folders.length].reverse();
  return [
    ...[`${stem}/`, `${stem}_images/`],
    ...outwards.map((depth) => folders.slice(0, depth).join("")),
  ];
}

function lastOf(name: string): string {
  return name.slice(name.lastIndexOf("/") + 1);
}
