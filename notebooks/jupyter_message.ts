/** Jupyter messages on the wire: frames of JSON, signed with HMAC-SHA256. */
import { createHmac, randomUUID, timingSafeEqual } from "node:crypto";
import { z } from "../lib/packages/zod.ts";

const DELIMITER = "<IDS|MSG>";

const Header = z.object({ msg_id: z.string(), msg_type: z.string() });

/** A message from the kernel: its kind, what it answers, and its content, not yet checked. */
export interface Message {
  readonly type: string;
  /** `msg_id` of the request that it belongs to; absent where the kernel speaks of its own accord. */
  readonly requestId?: string;
  readonly content: unknown;
}

/** Writes and reads the messages of one session, all signed with its key. */
export class MessageCodec {
  readonly #key: string;
  readonly #session = randomUUID();

  constructor(key: string) {
    this.#key = key;
  }

  /** A request to the kernel, and the id that its answers will carry. */
  encode(type: string, content: unknown): { readonly id: string; readonly frames: Uint8Array[] } {
    const id = randomUUID();
    const header = {
      msg_id: id,
      msg_type: type,
      session: this.#session,
      username: "illume",
      version: "5.3",
      date: new Date().toISOString(),
    };
    const parts = [header, {}, {}, content].map((part) => JSON.stringify(part));
    const frames = [DELIMITER, this.#sign(parts).toString("hex"), ...parts];
    return { id, frames: frames.map((frame) => new TextEncoder().encode(frame)) };
  }

  /**
   * @throws Error when the frames are no Jupyter message, or when the signature is not that of the
   *   session's key.
   */
  decode(frames: readonly Uint8Array[]): Message {
    const texts = frames.map((frame) => new TextDecoder().decode(frame));
    const start = texts.indexOf(DELIMITER);
    const [signature, ...parts] = texts.slice(start + 1, start + 6);
    if (start < 0 || parts.length !== 4) {
      throw new Error(`Expected a Jupyter message, but found ${frames.length} frames without one`);
    }
    const expected = this.#sign(parts);
    const found = Buffer.from(signature, "hex");
    if (found.length !== expected.length || !timingSafeEqual(found, expected)) {
      throw new Error("Expected a message signed by the kernel, but found another signature");
    }
    const [header, parent, , content] = parts.map((part): unknown => JSON.parse(part));
    const request = Header.safeParse(parent);
    return {
      type: Header.parse(header).msg_type,
      requestId: request.success ? request.data.msg_id : undefined,
      content,
    };
  }

  #sign(parts: readonly string[]): Buffer {
    const hmac = createHmac("sha256", this.#key);
    for (const part of parts) hmac.update(part);
    return hmac.digest();
  }
}
