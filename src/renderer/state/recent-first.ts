/** Values that cost something to make, kept up to a weight; those unused for longest go first, those in use never. */
export class RecentFirst<Value> {
  readonly #capacity: number;
  readonly #dispose: (value: Value) => void;
  /** Least recently used first. */
  readonly #entries = new Map<string, { readonly value: Value; readonly weight: number }>();
  #weight = 0;

  constructor(capacity: number, dispose: (value: Value) => void) {
    this.#capacity = capacity;
    this.#dispose = dispose;
  }

  get weight(): number {
    return this.#weight;
  }

  get(key: string): Value | undefined {
    const entry = this.#entries.get(key);
    if (entry === undefined) return undefined;
    this.#entries.delete(key);
    this.#entries.set(key, entry);
    return entry.value;
  }

  /** @param inUse tells whether a key's value may not go now */
  add(key: string, value: Value, weight: number, inUse: (key: string) => boolean): void {
    this.#remove(key);
    this.#entries.set(key, { value, weight });
    this.#weight += weight;
    for (const candidate of this.#entries.keys()) {
      if (this.#weight <= this.#capacity) return;
      if (candidate !== key && !inUse(candidate)) this.#remove(candidate);
    }
  }

  #remove(key: string): void {
    const entry = this.#entries.get(key);
    if (entry === undefined) return;
    this.#entries.delete(key);
    this.#weight -= entry.weight;
    this.#dispose(entry.value);
  }
}
