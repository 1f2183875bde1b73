/**
 * What the kernelspec "Illume (Deno)" starts, with Jupyter's connection file as its argument: Deno's
 * kernel in the folder that Jupyter chose, usually the notebook's, with its own `deno.json`.
 *
 * Before the first cell, the kernel runs `inside.ts`. So that no cell comes before that, the kernel
 * has a shell port of its own; the one that Jupyter knows leads there once all is prepared.
 */
import { readFile, rm, writeFile } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { z } from "../lib/packages/zod.ts";
import { MessageCodec } from "./jupyter_message.ts";
import { freePorts, HOST } from "./kernel_process.ts";
import { ZmtpSocket } from "./zmtp.ts";

const MILLISECONDS_BETWEEN_TRIES = 10;

const Connection = z.looseObject({
  transport: z.literal("tcp"),
  ip: z.enum([HOST, "localhost", "0.0.0.0"]),
  shell_port: z.number(),
  key: z.string(),
});
const Reply = z.object({ status: z.string(), evalue: z.string().optional() });

/** A kernel whose shell is at `port`. It hears its end on standard input, a signal by itself alone. */
async function startKernel(connection: z.infer<typeof Connection>, port: number) {
  const file = await Deno.makeTempFile({ prefix: "illume-kernel-", suffix: ".json" });
  await writeFile(file, JSON.stringify({ ...connection, shell_port: port }));
  const kernel = new Deno.Command(Deno.execPath(), {
    args: ["jupyter", "--kernel", "--conn", file],
    stdin: "piped",
    detached: Deno.build.os !== "windows",
  }).spawn();
  return { kernel, file };
}

/** Waits until the kernel listens. */
async function connect(port: number): Promise<ZmtpSocket> {
  while (true) {
    try {
      return await ZmtpSocket.connect(port, "DEALER");
    } catch (error) {
      if (!(error instanceof Deno.errors.ConnectionRefused)) throw error;
    }
    await sleep(MILLISECONDS_BETWEEN_TRIES);
  }
}

/** Runs `inside.ts` in the kernel, unseen. */
async function prepare(port: number, key: string): Promise<void> {
  using shell = await connect(port);
  const codec = new MessageCodec(key);
  const code = `await import(${JSON.stringify(import.meta.resolve("./inside.ts"))});`;
  const request = { code, silent: true, store_history: false, user_expressions: {} };
  await shell.send(codec.encode("execute_request", { ...request, allow_stdin: false }).frames);
  for await (const frames of shell.messages()) {
    const { status, evalue } = Reply.parse(codec.decode(frames).content);
    if (status !== "ok") throw new Error(`Expected a kernel with Illume, but found: ${evalue}`);
    return;
  }
}

/** Leads all who come to Jupyter's port to the kernel's. */
async function relay(clients: Deno.Listener<Deno.TcpConn>, port: number): Promise<void> {
  for await (const client of clients) {
    const kernel = await Deno.connect({ hostname: HOST, port });
    void Promise.allSettled([
      client.readable.pipeTo(kernel.writable),
      kernel.readable.pipeTo(client.writable),
    ]);
  }
}

const connection = Connection.parse(JSON.parse(await readFile(Deno.args[0], "utf8")));
const clients = Deno.listen({ hostname: connection.ip, port: connection.shell_port });
const { shell: port } = freePorts();
const { kernel, file } = await startKernel(connection, port);
let isPrepared = false;
// Jupyter signals this process or its group, which the kernel is not in: it hears each signal once.
Deno.addSignalListener("SIGINT", () => isPrepared && kernel.kill("SIGINT"));
if (Deno.build.os !== "windows") Deno.addSignalListener("SIGTERM", () => kernel.kill("SIGTERM"));
kernel.status.then(async ({ code }) => {
  await rm(file, { force: true });
  Deno.exit(code);
});
try {
  await prepare(port, connection.key);
  isPrepared = true;
  await rm(file);
  await relay(clients, port);
} catch (error) {
  console.error(error);
  kernel.kill("SIGKILL");
}
