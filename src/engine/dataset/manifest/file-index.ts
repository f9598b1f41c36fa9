interface IndexedFile {
  readonly path: string;
  readonly realPath: string;
}

/** Finds the files that a manifest means among those that are there: no path of a stranger's is ever looked up on disk. */
export class FileIndex {
  readonly #byPath = new Map<string, IndexedFile>();
  /** By name, and by name without ending; null where several have it. */
  readonly #byName = new Map<string, IndexedFile | null>();
  readonly #folder: string;

  /** @param folder that the manifest lies in, relative to the root; '' for the root */
  constructor(files: readonly IndexedFile[], folder: string) {
    this.#folder = folder;
    for (const file of files) {
      this.#byPath.set(file.path.normalize(), file);
      const name = file.path.slice(file.path.lastIndexOf('/') + 1).normalize();
      this.#note(name, file);
      const dot = name.lastIndexOf('.');
      if (dot > 0) this.#note(name.slice(0, dot), file);
    }
  }

  #note(name: string, file: IndexedFile): void {
    this.#byName.set(name, this.#byName.has(name) ? null : file);
  }

  /**
   * By its path from the manifest, by its path from the root, or by its name alone, with or without an ending, where only
   * one file has it.
   */
  find(named: string): IndexedFile | { readonly reason: string } {
    const path = named
      .normalize()
      .replaceAll('\\', '/')
      .replace(/^(?:\.?\/)+/, '');
    const within = this.#folder === '' ? path : `${this.#folder}/${path}`;
    const found = this.#byPath.get(within) ?? this.#byPath.get(path);
    if (found) return found;
    const byName = this.#byName.get(path.slice(path.lastIndexOf('/') + 1));
    if (byName) return byName;
    return { reason: byName === null ? 'several files have its name' : 'there is no such file' };
  }
}
