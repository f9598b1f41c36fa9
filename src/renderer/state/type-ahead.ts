/** Longer pauses begin a new word. */
const PAUSE_MILLISECONDS = 800;

/**
 * Finds names by their first letters as they are typed. One letter again and again goes through the names that begin
 * with it.
 */
export class TypeAhead {
  #typed = '';
  #last = Number.NEGATIVE_INFINITY;

  /**
   * @param from the place that the search begins at
   * @param now milliseconds, of any clock that rises
   * @returns the place of the name that is meant, or null where none is
   */
  find(key: string, names: readonly string[], from: number, now: number): number | null {
    this.#typed = now - this.#last > PAUSE_MILLISECONDS ? key : this.#typed + key;
    this.#last = now;
    const [first = ''] = this.#typed;
    const same = first.repeat(Math.round(this.#typed.length / first.length)) === this.#typed;
    const wanted = (same ? first : this.#typed).toLocaleLowerCase();
    // A single letter leads on from here; more of a word may mean the name that its beginning led to.
    const begin = same ? from + 1 : from;
    for (let step = 0; step < names.length; step += 1) {
      const place = (begin + step) % names.length;
      if (names[place]?.toLocaleLowerCase().startsWith(wanted) === true) return place;
    }
    return null;
  }
}
