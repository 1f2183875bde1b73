// deno-lint-ignore-file no-import-prefix
/** Sets of emoji. See NOTICE for their licences. */
import emojione from "npm:@iconify-json/emojione@1.2.3/package.json" with { type: "json" };
import fluentFlat from "npm:@iconify-json/fluent-emoji-flat@1.2.6/package.json" with {
  type: "json",
};
import fluentHighContrast from "npm:@iconify-json/fluent-emoji-high-contrast@1.2.6/package.json" with {
  type: "json",
};
import fxemoji from "npm:@iconify-json/fxemoji@1.2.2/package.json" with { type: "json" };
import noto from "npm:@iconify-json/noto@1.2.9/package.json" with { type: "json" };
import notoV1 from "npm:@iconify-json/noto-v1@1.2.5/package.json" with { type: "json" };
import twemoji from "npm:@iconify-json/twemoji@1.2.5/package.json" with { type: "json" };
import fluent3d from "npm:@lobehub/fluent-emoji-3d@1.1.0/package.json" with { type: "json" };
import { packageFile } from "./files.ts";

const PACKAGES = {
  emojione,
  "fluent-3d": fluent3d,
  "fluent-flat": fluentFlat,
  "fluent-high-contrast": fluentHighContrast,
  fxemoji,
  noto,
  "noto-v1": notoV1,
  twemoji,
};

export type EmojiPackage = keyof typeof PACKAGES;

/** Where a file of a set of emoji lies, whether there is one or not. */
export function emojiFile(set: EmojiPackage, path: string): string {
  return packageFile(PACKAGES[set], path);
}
