import type { Phase, RunEventBody } from '../../shared/contract/event.ts';
import { count, duration, printable } from './format.ts';
import { emphasis } from './style.ts';

type Progress = Extract<RunEventBody, { readonly kind: 'progress' }>;

const PHASE_WORDS: Readonly<Record<Phase, string>> = {
  prepare: 'Preparing',
  download: 'Downloading',
  decode: 'Reading images',
  features: 'Computing features',
  train: 'Training',
  evaluate: 'Evaluating',
  proof: 'Proving what stayed frozen',
};

const BAR_CELLS = 24;
/** Without a terminal, a phase that takes long says how far it is this often. */
const PLAIN_MILLISECONDS = 10_000;
const ERASE_LINE = '\r\u001b[2K';

/** How far a run has come: a bar that stays in place on a terminal, otherwise a line now and then. */
export interface ProgressDisplay {
  show(progress: Progress): void;
  /** Takes the bar away so that a line can be printed; the next `show` brings it back. */
  clear(): void;
}

function facts(progress: Progress): string {
  const { ratePerSecond, secondsLeft, unit, detail } = progress;
  const rate = ratePerSecond === null ? '' : `${count(ratePerSecond)} ${unit}s/s`;
  const left = secondsLeft === null || progress.done >= progress.total ? '' : `${duration(secondsLeft)} left`;
  return [rate, left, printable(detail)].filter((part) => part !== '').join(' · ');
}

class ProgressBar implements ProgressDisplay {
  readonly #stream: NodeJS.WriteStream;
  #shown = false;

  constructor(stream: NodeJS.WriteStream) {
    this.#stream = stream;
  }

  show(progress: Progress): void {
    const part = progress.total > 0 ? Math.min(1, progress.done / progress.total) : 0;
    const filled = Math.round(part * BAR_CELLS);
    const bar = '━'.repeat(filled);
    const rest = '╌'.repeat(BAR_CELLS - filled);
    const percent = `${Math.floor(part * 100)} %`.padStart(5);
    const head = `${PHASE_WORDS[progress.phase]} `;
    const room = this.#stream.columns - head.length - BAR_CELLS - percent.length - 3;
    const tail = facts(progress).slice(0, Math.max(0, room));
    const drawn = emphasis(bar, 'ice', this.#stream) + emphasis(rest, 'quiet', this.#stream);
    this.#stream.write(`${ERASE_LINE}${head}${drawn}${percent}  ${tail}`);
    this.#shown = true;
  }

  clear(): void {
    if (this.#shown) this.#stream.write(ERASE_LINE);
    this.#shown = false;
  }
}

class PlainProgress implements ProgressDisplay {
  readonly #stream: NodeJS.WriteStream;
  #phase: Phase | null = null;
  #toldAt = 0;

  constructor(stream: NodeJS.WriteStream) {
    this.#stream = stream;
  }

  show(progress: Progress): void {
    const now = Date.now();
    const begins = progress.phase !== this.#phase;
    if (!begins && now - this.#toldAt < PLAIN_MILLISECONDS) return;
    this.#phase = progress.phase;
    this.#toldAt = now;
    const far = begins ? '' : `: ${count(progress.done)} of ${count(progress.total)} ${progress.unit}s`;
    const more = begins ? '' : ` (${facts(progress)})`;
    this.#stream.write(`${PHASE_WORDS[progress.phase]}${far}${more}\n`);
  }

  clear(): void {
    // Lines stay where they are.
  }
}

/** Progress goes to the error output, so that the output holds results alone. */
export function progressDisplay(stream: NodeJS.WriteStream): ProgressDisplay {
  return stream.isTTY ? new ProgressBar(stream) : new PlainProgress(stream);
}
