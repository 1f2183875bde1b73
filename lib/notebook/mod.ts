export { type Display, notebookDisplay } from "./display.ts";
export { halfBlocks } from "./half_blocks.ts";
export { type Html, htmlBundle, htmlPicture, htmlTable, htmlTitle } from "./html.ts";
export { Interrupted, listenForInterrupt, stopIfInterrupted } from "./interrupts.ts";
export { escapeMarkup } from "./markup.ts";
export { runningNotebook } from "./running.ts";
export { type Bundle, inspect, jupyterDisplay, type Looking, short, shown } from "./shown.ts";
