import type { FileEntry } from '../../shared/contract/file-entry.ts';
import type { UploadProgress, UploadWatch } from '../transport/host.ts';
import { TransferRate } from './transfer-rate.ts';

export interface UploadState extends UploadProgress {
  readonly name: string;
  readonly bytesPerSecond: number | null;
  readonly secondsLeft: number | null;
}

/** What is being brought to the engine from a browser; on the desktop a grant takes no time and nothing is shown. */
export class Upload {
  /** Null until the first progress is told. */
  current = $state.raw<UploadState | null>(null);
  #abort: AbortController | null = null;

  /**
   * @param transfer does it, and tells how far it is
   * @throws ThawError `task.cancelled` after {@link cancel}
   */
  async follow(
    name: string,
    transfer: (watch: UploadWatch) => Promise<readonly FileEntry[]>,
  ): Promise<readonly FileEntry[]> {
    this.cancel();
    const abort = new AbortController();
    this.#abort = abort;
    const rate = new TransferRate();
    try {
      return await transfer({
        signal: abort.signal,
        onProgress: (progress) => {
          if (abort.signal.aborted) return;
          rate.mark(performance.now() / 1000, progress.bytes);
          this.current = {
            ...progress,
            name,
            bytesPerSecond: rate.perSecond,
            secondsLeft: rate.secondsLeft(progress.bytesTotal),
          };
        },
      });
    } finally {
      if (this.#abort === abort) {
        this.#abort = null;
        this.current = null;
      }
    }
  }

  cancel(): void {
    this.#abort?.abort();
    this.#abort = null;
    this.current = null;
  }
}
