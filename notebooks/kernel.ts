/** A client of the real Deno kernel, without Python: the Jupyter protocol. */
import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { z } from "../lib/packages/zod.ts";
import { type Message, MessageCodec } from "./jupyter_message.ts";
import { type KernelOptions, KernelProcess } from "./kernel_process.ts";
import { type Output, OutputCollector } from "./outputs.ts";
import { type SocketType, ZmtpSocket } from "./zmtp.ts";

const SECONDS_TO_START = 60;
const MILLISECONDS_BETWEEN_TRIES = 50;
const RUN = { silent: false, store_history: true, user_expressions: {}, allow_stdin: false };

const Failed = z.object({ status: z.literal("error"), ename: z.string(), evalue: z.string() })
  .transform(({ ename, evalue }) => ({ ename, evalue }));
const Printed = z.object({ text: z.string() });

/**
 * A cell that runs. The kernel reports that it is done before all that it printed has arrived: the
 * cell is over when the mark arrives that a second request prints after it.
 */
interface Run {
  readonly ids: readonly string[];
  readonly mark: string;
  readonly outputs: Output[];
  /** Why it failed, where nothing that it showed says so. */
  failure?: z.infer<typeof Failed>;
  readonly finished: PromiseWithResolvers<void>;
}

/**
 * A running `deno jupyter --kernel`. Cells run one at a time, in one scope, like in a notebook.
 *
 *     await using kernel = await Kernel.start({ cwd: "." });
 *     const outputs = await kernel.execute("console.log(1 + 1)", { seconds: 10 });
 */
export class Kernel implements AsyncDisposable {
  readonly #process: KernelProcess;
  readonly #codec: MessageCodec;
  readonly #sockets: ZmtpSocket[] = [];
  readonly #collector = new OutputCollector();
  readonly #broken = Promise.withResolvers<never>();
  #run?: Run;

  private constructor(process: KernelProcess) {
    this.#process = process;
    this.#codec = new MessageCodec(process.key);
    process.ended.catch(this.#broken.reject);
    this.#broken.promise.catch(() => {});
  }

  /**
   * Starts a kernel on free ports of this machine.
   *
   * @throws Error when it ends or does not answer within a minute.
   */
  static async start(options: KernelOptions): Promise<Kernel> {
    const kernel = new Kernel(await KernelProcess.start(options));
    try {
      await kernel.#within(SECONDS_TO_START, kernel.#greet(), "Expected the Deno kernel to answer");
    } catch (error) {
      await kernel.stop();
      throw error;
    }
    return kernel;
  }

  /**
   * Runs the code of one cell and gives what it shows. Code that throws gives an output of type
   * `error`. A display that a later cell updates changes in the outputs given here, too.
   *
   * @throws Error when the cell still runs after `seconds`, or when the kernel ends under it. The
   *   kernel is of no further use then.
   */
  async execute(code: string, { seconds }: { readonly seconds: number }): Promise<Output[]> {
    if (this.#run !== undefined) throw new Error("Expected one cell at a time, but found a second");
    const mark = randomUUID();
    const cell = this.#codec.encode("execute_request", { ...RUN, code });
    const print = { ...RUN, store_history: false, code: `console.log("${mark}")` };
    const end = this.#codec.encode("execute_request", print);
    const ids = [cell.id, end.id];
    const run: Run = { ids, mark, outputs: [], finished: Promise.withResolvers<void>() };
    this.#run = run;
    const [shell] = this.#sockets;
    await shell.send(cell.frames);
    await shell.send(end.frames);
    await this.#within(seconds, run.finished.promise, `Expected an end of: ${firstLine(code)}`);
    this.#run = undefined;
    const { outputs, failure } = run;
    if (failure !== undefined && !outputs.some(({ output_type }) => output_type === "error")) {
      outputs.push({ output_type: "error", traceback: [], ...failure });
    }
    return outputs;
  }

  /** Interrupts the cell that runs, as Jupyter does: Deno's kernel asks for a signal. */
  interrupt(): void {
    this.#process.interrupt();
  }

  /** Ends the kernel. */
  async stop(): Promise<void> {
    for (const socket of this.#sockets) socket.close();
    await this.#process.stop();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }

  /** Asks until the kernel is heard: a subscription only hears what is said after its arrival. */
  async #greet(): Promise<void> {
    const { ports } = this.#process;
    const shell = await this.#connect(ports.shell, "DEALER");
    const iopub = await this.#connect(ports.iopub, "SUB");
    const heard = Promise.withResolvers<void>();
    void this.#listen(shell, (message) => this.#hearReply(message));
    void this.#listen(iopub, (message) => {
      heard.resolve();
      this.#hear(message);
    });
    const ask = () => {
      const { frames } = this.#codec.encode("kernel_info_request", {});
      shell.send(frames).catch(this.#broken.reject);
    };
    const asking = setInterval(ask, MILLISECONDS_BETWEEN_TRIES);
    try {
      await Promise.race([heard.promise, this.#broken.promise]);
    } finally {
      clearInterval(asking);
    }
  }

  async #connect(port: number, type: SocketType): Promise<ZmtpSocket> {
    const giveUpAt = performance.now() + SECONDS_TO_START * 1000;
    while (true) {
      try {
        const socket = await ZmtpSocket.connect(port, type);
        this.#sockets.push(socket);
        return socket;
      } catch (error) {
        const isEarly = error instanceof Deno.errors.ConnectionRefused;
        if (!isEarly || performance.now() > giveUpAt) throw error;
      }
      await Promise.race([sleep(MILLISECONDS_BETWEEN_TRIES), this.#broken.promise]);
    }
  }

  async #listen(socket: ZmtpSocket, hear: (message: Message) => void): Promise<void> {
    try {
      for await (const frames of socket.messages()) hear(this.#codec.decode(frames));
    } catch (error) {
      this.#broken.reject(error);
    }
  }

  /** Deno's kernel says what is no syntax in its reply alone, where no front end shows it. */
  #hearReply({ type, requestId, content }: Message): void {
    const run = this.#run;
    if (type !== "execute_reply" || run === undefined || requestId !== run.ids[0]) return;
    const { data: failure } = Failed.safeParse(content);
    if (failure !== undefined) run.failure = failure;
  }

  #hear(message: Message): void {
    if (message.type === "update_display_data") return this.#collector.update(message);
    const { type, requestId = "", content } = message;
    const run = this.#run;
    if (run === undefined || !run.ids.includes(requestId)) return;
    const isMark = type === "stream" && Printed.parse(content).text.trim() === run.mark;
    if (isMark) run.finished.resolve();
    else this.#collector.collect(message, run.outputs);
  }

  async #within(seconds: number, task: Promise<void>, expectation: string): Promise<void> {
    const late = Promise.withResolvers<never>();
    const alarm = () =>
      late.reject(new Error(`${expectation}, but found none within ${seconds} s`));
    const timer = setTimeout(alarm, seconds * 1000);
    try {
      await Promise.race([task, this.#broken.promise, late.promise]);
    } finally {
      clearTimeout(timer);
    }
  }
}

const firstLine = (code: string) => code.trim().split("\n", 1)[0];
