import { isImageName } from '../image-name.ts';

interface IndexedFile {
  readonly path: string;
  readonly realPath: string;
}

function note(files: Map<string, IndexedFile | null>, name: string, file: IndexedFile): void {
  files.set(name, files.has(name) ? null : file);
}

/** Finds the files that a manifest means among those that are there: no path of a stranger's is ever looked up on disk. */
export class FileIndex {
  readonly #byPath = new Map<string, IndexedFile>();
  /** By name; null where several have it. */
  readonly #byName = new Map<string, IndexedFile | null>();
  /** By name without ending: what lies beside an image, such as its boxes in XML, makes its name none the less plain. */
  readonly #imageByStem = new Map<string, IndexedFile | null>();
  readonly #otherByStem = new Map<string, IndexedFile | null>();
  readonly #folder: string;

  /** @param folder that the manifest lies in, relative to the root; '' for the root */
  constructor(files: readonly IndexedFile[], folder: string) {
    this.#folder = folder;
    for (const file of files) {
      this.#byPath.set(file.path.normalize(), file);
      const name = file.path.slice(file.path.lastIndexOf('/') + 1).normalize();
      note(this.#byName, name, file);
      const dot = name.lastIndexOf('.');
      if (dot > 0) note(isImageName(name) ? this.#imageByStem : this.#otherByStem, name.slice(0, dot), file);
    }
  }

  /**
   * By its path from the manifest, by its path from the root, or by its name alone, with or without an ending, where only
   * one file has it; without an ending, images come before all others.
   */
  find(named: string): IndexedFile | { readonly reason: string } {
    const path = named
      .normalize()
      .replaceAll('\\', '/')
      .replace(/^(?:\.?\/)+/, '');
    const within = this.#folder === '' ? path : `${this.#folder}/${path}`;
    const found = this.#byPath.get(within) ?? this.#byPath.get(path);
    if (found) return found;
    const name = path.slice(path.lastIndexOf('/') + 1);
    for (const files of [this.#byName, this.#imageByStem, this.#otherByStem]) {
      const byName = files.get(name);
      if (byName) return byName;
      if (byName === null) return { reason: 'several files have its name' };
    }
    return { reason: 'there is no such file' };
  }
}
