import type { Log } from '../experiment/log.ts';
import { writeHistograms } from '../experiment/histograms.ts';
import { isBusy } from '../sqlite/database-error.ts';
import type { TrainerMessage } from '../training/protocol.ts';

type Counted = Extract<TrainerMessage, { kind: 'histograms' }>;

/** A transaction each is dear where every step is counted. */
const FLUSH_MILLISECONDS = 500;
/** Of more than the log keeps of a run every other one goes. */
const MOST_WAITING = 200;

/** Writes the histograms of a run, those of half a second together. */
export class HistogramWriter {
  readonly #log: Log;
  readonly #runId: string;
  readonly #onProblem: (error: unknown) => void;
  #waiting: Counted[] = [];
  #timer: NodeJS.Timeout | null = null;

  /** @param onProblem told what the log refused them with; that others hold it is none, and they are tried again */
  constructor(log: Log, runId: string, onProblem: (error: unknown) => void) {
    this.#log = log;
    this.#runId = runId;
    this.#onProblem = onProblem;
  }

  push(counted: Counted): void {
    this.#waiting.push(counted);
    if (this.#waiting.length > MOST_WAITING) this.#waiting = this.#waiting.filter((_, index) => index % 2 === 0);
    this.#schedule();
  }

  /** Writes what waits, now. @throws ThawError `disk.full` and the like; nothing is lost then */
  flush(): void {
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = null;
    const waiting = this.#waiting;
    if (waiting.length === 0) return;
    this.#log.write('write histograms', () => {
      for (const counted of waiting) writeHistograms(this.#log, this.#runId, counted, counted.histograms);
    });
    this.#waiting = [];
  }

  #schedule(): void {
    this.#timer ??= setTimeout(() => {
      try {
        this.flush();
      } catch (error) {
        if (isBusy(error)) this.#schedule();
        else this.#onProblem(error);
      }
    }, FLUSH_MILLISECONDS);
  }
}
