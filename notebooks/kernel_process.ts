/** The process of a Deno kernel, and where it can be spoken to. */
import { randomUUID } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Kernels are spoken to on this machine alone. */
export const HOST = "127.0.0.1";
const CHANNELS = ["shell", "control", "stdin", "iopub", "hb"] as const;

/** The port of each channel of a kernel. */
export type Ports = Readonly<Record<typeof CHANNELS[number], number>>;

export interface KernelOptions {
  /**
   * The folder that cells run in. Deno looks for `deno.json` here and in the folders above, so that
   * inside the repository the names in its `imports` work; relative imports and paths start here too.
   */
  readonly cwd: string;
  /** Environment variables to add to those of this process. */
  readonly env?: Readonly<Record<string, string>>;
  /** A kernelspec's command, with `{connection_file}` in it; default Deno's own kernel. */
  readonly argv?: readonly string[];
}

const DENO = [Deno.execPath(), "jupyter", "--kernel", "--conn", "{connection_file}"];

/** A kernel that was started here and is stopped here. */
export class KernelProcess {
  /** Rejected when the process ends, with what it complained of. */
  readonly ended: Promise<never>;
  readonly #process: Deno.ChildProcess;
  readonly #folder: string;

  private constructor(
    process: Deno.ChildProcess,
    folder: string,
    /** Where its channels are, on this machine alone. */
    readonly ports: Ports,
    /** What messages are signed with. */
    readonly key: string,
  ) {
    this.#process = process;
    this.#folder = folder;
    this.ended = this.#end();
    this.ended.catch(() => {});
  }

  /** Starts a kernel on free ports. It does not listen on them yet. */
  static async start({ cwd, env = {}, argv = DENO }: KernelOptions): Promise<KernelProcess> {
    const key = randomUUID();
    const ports = freePorts();
    const folder = await mkdtemp(join(tmpdir(), "illume-kernel-"));
    const connection = join(folder, "connection.json");
    const channels = Object.fromEntries(CHANNELS.map((name) => [`${name}_port`, ports[name]]));
    const manners = { ip: HOST, transport: "tcp", signature_scheme: "hmac-sha256", key };
    await writeFile(connection, JSON.stringify({ ...channels, ...manners }), { mode: 0o600 });
    const [command, ...args] = argv.map((word) => word.replace("{connection_file}", connection));
    const process = new Deno.Command(command, {
      args,
      cwd,
      env: { ...env },
      stdin: "null",
      stdout: "null",
      stderr: "piped",
    }).spawn();
    return new KernelProcess(process, folder, ports, key);
  }

  /** Sends the signal of Ctrl-C. */
  interrupt(): void {
    this.#process.kill("SIGINT");
  }

  /** Ends the process, whatever it does. */
  async stop(): Promise<void> {
    try {
      this.#process.kill("SIGKILL");
    } catch (error) {
      if (!(error instanceof TypeError)) throw error; // It has ended by itself.
    }
    await this.ended.catch(() => {});
    await rm(this.#folder, { recursive: true, force: true });
  }

  async #end(): Promise<never> {
    const complaints = await new Response(this.#process.stderr).text();
    const { code, signal } = await this.#process.status;
    throw new Error(
      `Expected the kernel to run, but it ended with ${signal ?? code}: ${complaints.trim()}`,
    );
  }
}

/** A free port for each channel: all are held at once, so that no two are the same. */
export function freePorts(): Ports {
  const listeners = CHANNELS.map(() => Deno.listen({ hostname: HOST, port: 0 }));
  const [shell, control, stdin, iopub, hb] = listeners.map(({ addr }) => addr.port);
  for (const listener of listeners) listener.close();
  return { shell, control, stdin, iopub, hb };
}
