import type { Transport } from '../shared/contract/endpoint.ts';
import type { RunEventBody } from '../shared/contract/event.ts';
import type { RunResult } from '../shared/contract/run.ts';
import { ThawError } from '../shared/errors/thaw-error.ts';
import { printable } from './output/format.ts';
import { printJson, printLines } from './output/print.ts';
import { progressDisplay } from './output/progress.ts';
import { baselineFact, EPOCH_HEADER, epochCells, nextStep, remarks, resultTable } from './output/run-page.ts';
import { emphasis } from './output/style.ts';
import { printFailure } from './report-failure.ts';
import { onStopSignal, SIGNAL_EXIT_CODES, type StopSignal } from './stop-signals.ts';

const COLUMN_WIDTHS = [9, 8, 9, 9, 13, 8, 5] as const;

function epochLine(cells: readonly string[]): string {
  return cells
    .map((cell, column) => cell.padStart(COLUMN_WIDTHS[column] ?? 0))
    .join(' ')
    .trimEnd();
}

/** Prints what a run tells: epochs as lines, the rest as progress. With `--json`, all of it on the error output. */
export class RunTeller {
  readonly #display = progressDisplay(process.stderr);
  readonly #lines: NodeJS.WriteStream;
  #epochs: number;
  #begun = false;

  constructor(json: boolean, epochs: number) {
    this.#lines = json ? process.stderr : process.stdout;
    this.#epochs = epochs;
  }

  tell(body: RunEventBody): void {
    switch (body.kind) {
      case 'progress':
        this.#display.show(body);
        return;
      case 'epoch': {
        if (!this.#begun) this.line(emphasis(epochLine(EPOCH_HEADER), 'quiet', this.#lines));
        this.#begun = true;
        const [epoch = '', ...rest] = epochCells(body.metrics, body.best);
        this.line(epochLine([`${epoch}/${this.#epochs}`, ...rest]));
        return;
      }
      case 'baseline':
        this.line(`Before the first step: ${baselineFact(body.baseline)}.`);
        return;
      case 'stage': {
        const { name, firstEpoch, epochs, parameters } = body;
        const last = firstEpoch + epochs - 1;
        const trains = `${parameters.trainable.toLocaleString('en-US')} parameters train`;
        this.line(`Stage ${body.stage + 1} '${printable(name)}', epochs ${firstEpoch} to ${last}: ${trains}.`);
        return;
      }
      case 'stages':
        this.#epochs = body.epochs;
        this.line(`The stages to come were changed: ${body.epochs} epochs in all.`);
        return;
      case 'warning':
        this.line(`warning: ${printable(body.message)}`);
        return;
      case 'step':
      case 'status':
        return;
    }
  }

  line(text: string): void {
    this.#display.clear();
    this.#lines.write(`${text}\n`);
  }

  end(): void {
    this.#display.clear();
  }
}

async function printOutcome(engine: Transport, result: RunResult): Promise<void> {
  const detail = await engine.invoke('runs.show', { runId: result.runId });
  const next = nextStep(detail);
  printLines(['', ...resultTable(detail), '', ...remarks(detail)]);
  const { runFolder } = await import('../engine/service/workspace.ts');
  printLines([`Kept in ${printable(runFolder(result.runId))}; see it again with \`thaw runs show ${result.runId}\`.`]);
  if (next !== null) printLines([next]);
  if (result.error) printFailure(result.error);
}

function exitCodeOf(result: RunResult, signal: StopSignal | null): number {
  switch (result.status) {
    case 'finished':
      return 0;
    case 'stopped':
      return signal === null ? 0 : SIGNAL_EXIT_CODES[signal];
    case 'queued':
    case 'running':
    case 'paused':
    case 'failed':
    case 'interrupted':
      if (signal !== null) return SIGNAL_EXIT_CODES[signal];
      return result.error ? ThawError.from(result.error).exitCode : 1;
  }
}

/** A run that has just begun or gone on. */
export interface RunToFollow {
  readonly runId: string;
  readonly epochs: number;
  readonly title: string;
  readonly warnings?: readonly string[];
}

/** How a run that was followed came to its end. */
export interface FollowedRun {
  readonly result: RunResult;
  readonly exitCode: number;
  /** The signal that asked for the end; null where none did. */
  readonly signal: StopSignal | null;
}

/**
 * Follows a run from its start to its end: shows its progress, passes Ctrl+C on, prints what came out.
 *
 * @param begin starts or resumes it
 * @returns the exit code
 * @throws ThawError why it was refused, where it never began
 */
export async function followRun(engine: Transport, json: boolean, begin: () => Promise<RunToFollow>): Promise<number> {
  const { result, exitCode } = await followToEnd(engine, json, begin);
  if (json) printJson(result);
  else await printOutcome(engine, result);
  return exitCode;
}

/** The same, without what came out. */
export async function followToEnd(
  engine: Transport,
  json: boolean,
  begin: () => Promise<RunToFollow>,
): Promise<FollowedRun> {
  let teller: RunTeller | null = null;
  let runId: string | null = null;
  const stopped: { by: StopSignal | null } = { by: null };
  const early: RunEventBody[] = [];
  const unsubscribe = engine.subscribe('run', (event) => {
    if (teller) teller.tell(event.body);
    else early.push(event.body);
  });
  const unlisten = onStopSignal((signal) => {
    const again = stopped.by !== null;
    stopped.by ??= signal;
    if (runId === null) return;
    teller?.line(
      again
        ? 'Ending the trainer now.'
        : 'Stopping after this step and keeping the checkpoint; Ctrl+C again ends the trainer at once.',
    );
    // A run that has just ended by itself has nothing left to stop.
    engine.invoke('training.stop', { runId }).catch(() => undefined);
  });
  try {
    const begun = await begin();
    runId = begun.runId;
    teller = new RunTeller(json, begun.epochs);
    teller.line(begun.title);
    for (const warning of begun.warnings ?? []) teller.tell({ kind: 'warning', message: warning });
    for (const body of early) teller.tell(body);
    if (stopped.by !== null) await engine.invoke('training.stop', { runId });
    const result = await engine.invoke('training.wait', { runId });
    return { result, exitCode: exitCodeOf(result, stopped.by), signal: stopped.by };
  } finally {
    teller?.end();
    unsubscribe();
    unlisten();
  }
}
