/** Picture files, read and written. */
export { default, type Metadata, type Sharp } from "npm:sharp@0.35.5";
