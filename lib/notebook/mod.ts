export { type Display, notebookDisplay } from "./display.ts";
export { Interrupted, listenForInterrupt, stopIfInterrupted } from "./interrupts.ts";
export { escapeMarkup } from "./markup.ts";
export { runningNotebook } from "./running.ts";
export { type Bundle, inspect, jupyterDisplay, short, shown } from "./shown.ts";
