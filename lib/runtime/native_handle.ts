/** Objects of the C library, released once. */
interface Owned {
  pointer: Deno.PointerObject;
  release: (pointer: Deno.PointerObject) => void;
}

const forgotten = new FinalizationRegistry<Owned>(({ pointer, release }) => release(pointer));

/**
 * An object of the C library that must be released once: on `dispose`, or when JavaScript forgot
 * it. An owner whose pointer is in use by a run that has not ended is released after that run.
 */
export class NativeHandle implements Disposable {
  #owned: Owned | undefined;
  #users = 0;
  #disposed = false;

  constructor(
    readonly what: string,
    pointer: Deno.PointerObject,
    release: (pointer: Deno.PointerObject) => void,
  ) {
    this.#owned = { pointer, release };
    forgotten.register(this, this.#owned, this);
  }

  /** The pointer. Throws after `dispose`. */
  get pointer(): Deno.PointerObject {
    if (this.#disposed || this.#owned === undefined) {
      throw new Error(`Expected ${this.what} to be alive, but found it disposed`);
    }
    return this.#owned.pointer;
  }

  /** Throws after `dispose`. */
  checkAlive(): void {
    void this.pointer;
  }

  /** Keeps the object alive until `letGo` is called; throws after `dispose`. */
  hold(): void {
    this.checkAlive();
    this.#users++;
  }

  /** Ends a `hold`. */
  letGo(): void {
    this.#users--;
    this.#releaseWhenUnused();
  }

  [Symbol.dispose](): void {
    this.#disposed = true;
    this.#releaseWhenUnused();
  }

  #releaseWhenUnused(): void {
    if (!this.#disposed || this.#users > 0 || this.#owned === undefined) return;
    const { pointer, release } = this.#owned;
    this.#owned = undefined;
    forgotten.unregister(this);
    release(pointer);
  }
}
