/** What a person asked of a run: to hold, and then to go on. The run looks at it where it can hold. */
export class Pause {
  #wanted = false;
  #continued = Promise.withResolvers<null>();

  /** Asks the run to hold at the next place where it can. */
  request(): void {
    this.#wanted = true;
  }

  /** Lets it go on; takes a request back that was not yet followed. */
  release(): void {
    this.#wanted = false;
    this.#continued.resolve(null);
    this.#continued = Promise.withResolvers();
  }

  get isRequested(): boolean {
    return this.#wanted;
  }

  /** Resolves once the run may go on, at once where nobody asked it to hold, or once the signal is aborted. */
  async over(signal: AbortSignal): Promise<void> {
    if (!this.#wanted || signal.aborted) return;
    const aborted = Promise.withResolvers<null>();
    const listen = (): void => aborted.resolve(null);
    signal.addEventListener('abort', listen, { once: true });
    await Promise.race([this.#continued.promise, aborted.promise]);
    signal.removeEventListener('abort', listen);
  }
}
