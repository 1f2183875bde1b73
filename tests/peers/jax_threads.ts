/** jax-js starts a thread for each core that it sees as it is imported; this comes before it. */
import { THREADS } from "./peer.ts";

Object.defineProperty(navigator, "hardwareConcurrency", { value: THREADS });
