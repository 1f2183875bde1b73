/** Generators of random numbers. */
export { xoroshiro128plus } from "npm:pure-rand@8.4.2/generator/xoroshiro128plus";
export type { RandomGenerator } from "npm:pure-rand@8.4.2/types/RandomGenerator";
