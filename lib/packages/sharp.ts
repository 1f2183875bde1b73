/** Picture files, read and written. */
export { default } from "npm:sharp@0.35.5";
