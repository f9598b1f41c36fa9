import { stat } from 'node:fs/promises';
import path from 'node:path';
import { openWeights } from '../weights/open.ts';
import type { WeightsFile } from '../weights/weights-file.ts';

/** Keras files are in memory as a whole while they are open: few are kept. */
const MOST_OPENED = 3;

interface Entry {
  readonly stamp: string;
  readonly file: Promise<WeightsFile>;
}

/** What changes when the weights at a path do: sizes and times of whichever of its files are there. */
export async function stampOf(weights: string): Promise<string> {
  const inFolder = ['model.json', 'saved_model.pb', path.join('variables', 'variables.index')];
  const files = [weights, `${weights}.index`, ...inFolder.map((name) => path.join(weights, name))];
  const found = await Promise.all(files.map((file) => stat(file).catch(() => null)));
  return found.map((entry) => (entry ? `${entry.ino} ${entry.size} ${entry.mtimeMs}` : '-')).join('; ');
}

function closeWhenOpened(entry: Entry): void {
  entry.file.then((file) => file.close()).catch(() => undefined);
}

/** Weight files that stay open between requests, so that clicking through layers opens each once. */
export class OpenedWeights {
  /** By path; those used longest ago first. */
  readonly #entries = new Map<string, Entry>();

  /**
   * Works with the weights at a path, opened anew where they have changed.
   *
   * @param work must be done with the file when it returns: later the file may be closed
   * @throws ThawError `weights.missing`, `weights.unreadable`
   */
  async use<Result>(weights: string, work: (file: WeightsFile) => Result): Promise<Result> {
    const stamp = await stampOf(weights);
    let entry = this.#entries.get(weights);
    if (entry?.stamp !== stamp) {
      if (entry) closeWhenOpened(entry);
      entry = { stamp, file: openWeights(weights) };
    }
    this.#entries.delete(weights);
    this.#entries.set(weights, entry);
    // Registered before any close of it can be: what is done here comes first.
    const result = entry.file.then(work);
    const [oldest] = this.#entries;
    if (this.#entries.size > MOST_OPENED && oldest) {
      this.#entries.delete(oldest[0]);
      closeWhenOpened(oldest[1]);
    }
    try {
      return await result;
    } catch (error) {
      // A file that would not open may be whole the next time.
      if (this.#entries.get(weights) === entry && !(await opened(entry))) this.#entries.delete(weights);
      throw error;
    }
  }

  close(): void {
    for (const entry of this.#entries.values()) closeWhenOpened(entry);
    this.#entries.clear();
  }
}

async function opened({ file }: Entry): Promise<boolean> {
  return file.then(
    () => true,
    () => false,
  );
}
