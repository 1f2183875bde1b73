/**
 * The client's half of ZMTP 3.0 (rfc.zeromq.org/spec/23), the protocol under Jupyter's: frames over
 * TCP, without encryption. Written here because the native ZeroMQ addon ends some processes with a
 * segmentation fault when they exit.
 */

const SIGNATURE = [0xff, 0, 0, 0, 0, 0, 0, 0, 0, 0x7f];
const VERSION = [3, 0];
const MECHANISM = "NULL";
const GREETING_SIZE = 64;
const MORE = 1, LONG = 2, COMMAND = 4;

/** What a socket is for: a dialogue, or listening to a publisher. */
export type SocketType = "DEALER" | "SUB";

/**
 * A connection that sends and receives messages, each a list of frames.
 *
 *     using socket = await ZmtpSocket.connect(port, "DEALER");
 *     await socket.send([new TextEncoder().encode("hello")]);
 *     for await (const frames of socket.messages()) break;
 */
export class ZmtpSocket implements Disposable {
  readonly #connection: Deno.TcpConn;
  #lastSent: Promise<unknown> = Promise.resolve();
  #closed = false;

  private constructor(connection: Deno.TcpConn) {
    this.#connection = connection;
  }

  /**
   * Connects to `port` of this machine. A `SUB` subscribes to everything.
   *
   * @throws Deno.errors.ConnectionRefused when nobody listens there.
   * @throws Error when who listens does not speak ZMTP 3.
   */
  static async connect(port: number, type: SocketType): Promise<ZmtpSocket> {
    const socket = new ZmtpSocket(await Deno.connect({ hostname: "127.0.0.1", port }));
    try {
      await socket.#greet(type);
    } catch (error) {
      socket.close();
      throw error;
    }
    return socket;
  }

  /** Sends one message. */
  async send(frames: readonly Uint8Array[]): Promise<void> {
    const parts = frames.map((frame, index) =>
      encodeFrame(frame, index < frames.length - 1 ? MORE : 0)
    );
    await this.#write(parts);
  }

  /** The messages as they arrive, until the connection is closed from either side. */
  async *messages(): AsyncGenerator<Uint8Array[]> {
    let frames: Uint8Array[] = [];
    while (true) {
      const frame = await this.#readFrame();
      if (frame === undefined) return;
      if ((frame.flags & COMMAND) !== 0) continue;
      frames.push(frame.body);
      if ((frame.flags & MORE) !== 0) continue;
      yield frames;
      frames = [];
    }
  }

  close(): void {
    if (!this.#closed) this.#connection.close();
    this.#closed = true;
  }

  [Symbol.dispose](): void {
    this.close();
  }

  async #greet(type: SocketType): Promise<void> {
    const greeting = new Uint8Array(GREETING_SIZE);
    greeting.set([...SIGNATURE, ...VERSION, ...new TextEncoder().encode(MECHANISM)]);
    await this.#write([greeting]);
    const answer = await this.#read(GREETING_SIZE);
    if (answer?.[0] !== 0xff || answer[9] !== 0x7f || answer[10] < 3) {
      throw new Error("Expected a peer that speaks ZMTP 3, but found another greeting");
    }
    await this.#write([encodeFrame(ready(type), COMMAND)]);
    const welcome = await this.#readFrame();
    if (welcome === undefined || (welcome.flags & COMMAND) === 0) {
      throw new Error("Expected a peer that is ready, but found another answer");
    }
    const everything = Uint8Array.of(1);
    if (type === "SUB") await this.send([everything]);
  }

  /** Writes whole messages, one after the other, also when several are sent at once. */
  #write(parts: readonly Uint8Array[]): Promise<void> {
    const write = async () => {
      const bytes = await new Blob(parts.map((part) => new Uint8Array(part))).bytes();
      for (let from = 0; from < bytes.length;) {
        from += await this.#connection.write(bytes.subarray(from));
      }
    };
    const written = this.#lastSent.then(write);
    this.#lastSent = written.catch(() => {});
    return written;
  }

  async #readFrame(): Promise<{ flags: number; body: Uint8Array } | undefined> {
    const flags = (await this.#read(1))?.[0];
    if (flags === undefined) return undefined;
    const size = await this.#read((flags & LONG) !== 0 ? 8 : 1);
    if (size === undefined) return undefined;
    const length = size.reduce((length, byte) => length * 256 + byte, 0);
    const body = await this.#read(length);
    return body && { flags, body };
  }

  /** Exactly `length` bytes; `undefined` when the connection ends before. */
  async #read(length: number): Promise<Uint8Array | undefined> {
    const bytes = new Uint8Array(length);
    try {
      for (let read = 0; read < length;) {
        const more = await this.#connection.read(bytes.subarray(read));
        if (more === null) return undefined;
        read += more;
      }
    } catch (error) {
      if (this.#closed || error instanceof Deno.errors.ConnectionReset) return undefined;
      throw error;
    }
    return bytes;
  }
}

function ready(type: SocketType): Uint8Array {
  const [command, name, value] = ["READY", "Socket-Type", type].map((text) =>
    new TextEncoder().encode(text)
  );
  return Uint8Array.of(
    command.length,
    ...command,
    name.length,
    ...name,
    ...bigEndian(value.length, 4),
    ...value,
  );
}

function encodeFrame(body: Uint8Array, flags: number): Uint8Array {
  const isLong = body.length > 255;
  const size = bigEndian(body.length, isLong ? 8 : 1);
  const frame = new Uint8Array(1 + size.length + body.length);
  frame.set([flags | (isLong ? LONG : 0), ...size]);
  frame.set(body, 1 + size.length);
  return frame;
}

function bigEndian(value: number, bytes: number): number[] {
  return Array.from(
    { length: bytes },
    (_, index) => Math.floor(value / 256 ** (bytes - 1 - index)) % 256,
  );
}
