/** Work that must not overlap: each piece waits for those that came before it. */
export class Turns {
  #last: Promise<unknown> = Promise.resolve();

  /** Does the work when all that was asked for before is done, or has failed. */
  take<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#last.then(work);
    this.#last = turn.catch(() => {});
    return turn;
  }
}
