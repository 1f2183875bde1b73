/** A client of the real Deno kernel, without Python: the Jupyter protocol over ZeroMQ. */
import { randomUUID } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Dealer, Subscriber } from "zeromq";
import { z } from "zod";
import { type Message, MessageCodec } from "./jupyter_message.ts";
import { type Output, OutputCollector } from "./outputs.ts";

const HOST = "127.0.0.1";
const CHANNELS = ["shell", "control", "stdin", "iopub", "hb"] as const;
const SECONDS_TO_START = 60;
const MILLISECONDS_BETWEEN_GREETINGS = 250;

const RUN = { silent: false, store_history: true, user_expressions: {}, allow_stdin: false };

const Printed = z.object({ text: z.string() });

export interface KernelOptions {
  /**
   * The folder that cells run in. Deno looks for `deno.json` here and in the folders above, so that
   * inside the repository the names in its `imports` work; relative imports and paths start here too.
   */
  readonly cwd: string;
  /** Environment variables to add to those of this process. */
  readonly env?: Readonly<Record<string, string>>;
}

/**
 * A cell that runs. The kernel reports that it is done before all that it printed has arrived: the
 * cell is over when the mark arrives that a second request prints after it.
 */
interface Run {
  readonly ids: readonly string[];
  readonly mark: string;
  readonly outputs: Output[];
  readonly finished: PromiseWithResolvers<void>;
}

/**
 * A running `deno jupyter --kernel`. Cells run one at a time, in one scope, like in a notebook.
 *
 *     await using kernel = await Kernel.start({ cwd: "." });
 *     const outputs = await kernel.execute("console.log(1 + 1)", { seconds: 10 });
 */
export class Kernel implements AsyncDisposable {
  readonly #process: Deno.ChildProcess;
  readonly #shell = new Dealer({ linger: 0 });
  readonly #iopub = new Subscriber({ linger: 0 });
  readonly #codec: MessageCodec;
  readonly #collector = new OutputCollector();
  readonly #folder: string;
  readonly #complaints: Promise<string>;
  readonly #greeted = Promise.withResolvers<void>();
  readonly #died = Promise.withResolvers<never>();
  #run?: Run;

  private constructor(process: Deno.ChildProcess, ports: Ports, key: string, folder: string) {
    this.#process = process;
    this.#codec = new MessageCodec(key);
    this.#folder = folder;
    this.#complaints = new Response(process.stderr).text();
    this.#died.promise.catch(() => {});
    this.#shell.connect(`tcp://${HOST}:${ports.shell}`);
    this.#iopub.connect(`tcp://${HOST}:${ports.iopub}`);
    this.#iopub.subscribe();
  }

  /**
   * Starts a kernel on free ports of this machine.
   *
   * @throws Error when it ends or does not answer within a minute.
   */
  static async start({ cwd, env = {} }: KernelOptions): Promise<Kernel> {
    const key = randomUUID();
    const ports = freePorts();
    const folder = await mkdtemp(join(tmpdir(), "illume-kernel-"));
    const connection = join(folder, "connection.json");
    const description = Object.fromEntries(CHANNELS.map((name) => [`${name}_port`, ports[name]]));
    await writeFile(
      connection,
      JSON.stringify({
        ...description,
        ip: HOST,
        transport: "tcp",
        key,
        signature_scheme: "hmac-sha256",
      }),
      { mode: 0o600 },
    );
    const process = new Deno.Command(Deno.execPath(), {
      args: ["jupyter", "--kernel", "--conn", connection],
      cwd,
      env: { ...env },
      stdin: "null",
      stdout: "null",
      stderr: "piped",
    }).spawn();
    const kernel = new Kernel(process, ports, key, folder);
    void kernel.#watch();
    void kernel.#listen();
    try {
      await kernel.#greet();
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
    const run = {
      ids: [cell.id, end.id],
      mark,
      outputs: [],
      finished: Promise.withResolvers<void>(),
    };
    this.#run = run;
    await this.#shell.send(cell.frames);
    await this.#shell.send(end.frames);
    const late = `Expected the cell to finish within ${seconds} s, but it still runs: ${
      firstLine(code)
    }`;
    await this.#within(seconds, run.finished.promise, late);
    this.#run = undefined;
    return run.outputs;
  }

  /** Ends the kernel. */
  async stop(): Promise<void> {
    try {
      this.#process.kill("SIGKILL");
    } catch (error) {
      if (!(error instanceof TypeError)) throw error; // It has ended by itself.
    }
    await this.#process.status;
    await this.#complaints;
    this.#shell.close();
    this.#iopub.close();
    await rm(this.#folder, { recursive: true, force: true });
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }

  /** Asks until the kernel's answers arrive: a subscription only hears what follows its arrival. */
  async #greet(): Promise<void> {
    const ask = () => this.#shell.send(this.#codec.encode("kernel_info_request", {}).frames);
    const asking = setInterval(() => void ask(), MILLISECONDS_BETWEEN_GREETINGS);
    try {
      const late =
        `Expected the Deno kernel to answer within ${SECONDS_TO_START} s, but it is silent`;
      await this.#within(SECONDS_TO_START, this.#greeted.promise, late);
    } finally {
      clearInterval(asking);
    }
  }

  async #listen(): Promise<void> {
    try {
      for await (const frames of this.#iopub) {
        this.#greeted.resolve();
        this.#hear(this.#codec.decode(frames));
      }
    } catch (error) {
      this.#died.reject(error);
    }
  }

  #hear(message: Message): void {
    if (message.type === "update_display_data") return this.#collector.update(message);
    const { type, requestId = "", content } = message;
    const run = this.#run;
    if (run === undefined || !run.ids.includes(requestId)) return;
    if (type === "stream" && Printed.parse(content).text.trim() === run.mark) {
      run.finished.resolve();
    } else this.#collector.collect(message, run.outputs);
  }

  async #watch(): Promise<void> {
    const { code, signal } = await this.#process.status;
    const complaints = (await this.#complaints).trim();
    this.#died.reject(
      new Error(`Expected the kernel to run, but it ended with ${signal ?? code}: ${complaints}`),
    );
  }

  async #within(seconds: number, task: Promise<void>, late: string): Promise<void> {
    const alarm = Promise.withResolvers<never>();
    const timer = setTimeout(() => alarm.reject(new Error(late)), seconds * 1000);
    try {
      await Promise.race([task, this.#died.promise, alarm.promise]);
    } finally {
      clearTimeout(timer);
    }
  }
}

type Ports = Readonly<Record<typeof CHANNELS[number], number>>;

/** A free port for each channel: all are held at once, so that no two are the same. */
function freePorts(): Ports {
  const listeners = CHANNELS.map(() => Deno.listen({ hostname: HOST, port: 0 }));
  const [shell, control, stdin, iopub, hb] = listeners.map(({ addr }) => addr.port);
  for (const listener of listeners) listener.close();
  return { shell, control, stdin, iopub, hb };
}

const firstLine = (code: string) => code.trim().split("\n", 1)[0];
