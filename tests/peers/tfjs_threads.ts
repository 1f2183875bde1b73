/**
 * TensorFlow.js's WebAssembly backend with threads, which its package starts in browsers only.
 */
import * as tf from "@tensorflow/tfjs";
import { setThreadsCount, setWasmPaths } from "@tensorflow/tfjs-backend-wasm";

const BUILD = "tfjs-backend-wasm-threaded-simd";

/** The package as it starts in a browser: no `process`, and workers that need no `importScripts`. */
export async function openBackend(threads: number): Promise<void> {
  const folder = new URL("./", import.meta.resolve("@tensorflow/tfjs-backend-wasm"));
  const { process, Worker } = globalThis;
  const script = workerScript(new URL("../wasm-out/", folder));
  Reflect.deleteProperty(globalThis, "process");
  globalThis.Worker = class extends Worker {
    constructor() {
      super(script, { type: "module" });
    }
  };
  // It takes at most half of the cores, as if each were two threads of one.
  Object.defineProperty(navigator, "hardwareConcurrency", { value: 2 * threads });
  tf.env().set("WASM_HAS_MULTITHREAD_SUPPORT", true);
  setWasmPaths(folder.href, true);
  setThreadsCount(threads);
  await tf.setBackend("wasm");
  Object.assign(globalThis, { process, Worker });
}

/** A module with the package's two classic scripts for workers. */
function workerScript(folder: URL): string {
  const read = (name: string) => Deno.readTextFileSync(new URL(name, folder));
  const onMessage = read(`${BUILD}.worker.js`).match(/`([^]*)`/)![1]; // it is kept as a string
  const scripts = [read(`${BUILD}.js`), onMessage].map((script) => JSON.stringify(script));
  const module = `
    delete globalThis.process;
    globalThis.importScripts = () => {};
    for (const script of [${scripts}]) (0, eval)(script);
  `;
  return URL.createObjectURL(new Blob([module], { type: "text/javascript" }));
}
