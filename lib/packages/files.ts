/** Files of npm packages. */
import { fileURLToPath } from "node:url";

/** What a package says of itself: its `package.json`. */
export interface Package {
  readonly name: string;
  readonly version: string;
}

/**
 * Where a file of a package lies on this disk, whether there is one or not. Who imports a package's
 * `package.json` has the package: in the folder `node_modules`, or in Deno's cache.
 */
export function packageFile({ name, version }: Package, path: string): string {
  return fileURLToPath(import.meta.resolve(`npm:${name}@${version}/${path}`));
}
