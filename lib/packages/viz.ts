// deno-lint-ignore-file no-import-prefix
/** Graphviz, which lays graphs out; loaded at its first use. */
import defer * as viz from "npm:@viz-js/viz@3.31.0";

export { viz };
