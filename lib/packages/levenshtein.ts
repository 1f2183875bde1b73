/** How near words are. */
export { closest, distance } from "npm:fastest-levenshtein@1.0.16";
