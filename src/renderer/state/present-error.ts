import { ThawError, type ErrorCode } from '../../shared/errors/thaw-error.ts';
import { errors } from '../strings/errors.ts';

export type Severity = 'information' | 'warning' | 'error';
/** What a click can do about an error; the words are in the string table. */
export type ErrorAction = keyof typeof errors.actions;

export interface PresentedError {
  readonly severity: Severity;
  readonly title: string;
  readonly message: string;
  readonly hint: string;
  /** To copy into a report. */
  readonly details: string;
  readonly action: ErrorAction | null;
}

interface Presentation {
  readonly severity: Severity;
  readonly action: ErrorAction | null;
}

const wrong: Presentation = { severity: 'error', action: null };
const warning: Presentation = { severity: 'warning', action: null };
const dataset: Presentation = { severity: 'error', action: 'openDataset' };
const weights: Presentation = { severity: 'error', action: 'chooseNetwork' };
const runs: Presentation = { severity: 'error', action: 'showRuns' };

/** The one place that says how loud each failure is and what a click does about it. */
const TABLE: Readonly<Record<ErrorCode, Presentation>> = {
  'usage.invalid': warning,
  'usage.noMatch': warning,
  'dataset.missing': dataset,
  'dataset.empty': dataset,
  'dataset.classes': dataset,
  'dataset.images': dataset,
  'image.unreadable': warning,
  'network.unknown': weights,
  'network.invalid': weights,
  'weights.missing': weights,
  'weights.unreadable': weights,
  'weights.mismatch': weights,
  'features.unreadable': dataset,
  'features.mismatch': dataset,
  'graph.invalid': wrong,
  'runtime.missing': wrong,
  'runtime.failed': wrong,
  'training.diverged': warning,
  'training.checkpoint': runs,
  'training.process': runs,
  'log.unreadable': { severity: 'error', action: 'recoverLog' },
  'log.newer': wrong,
  'index.unreadable': wrong,
  'index.newer': wrong,
  'run.unknown': runs,
  'run.state': runs,
  'import.unreadable': wrong,
  'import.newer': wrong,
  'export.differs': wrong,
  'run.busy': { severity: 'warning', action: 'showRuns' },
  'disk.readOnly': wrong,
  'disk.full': wrong,
  'memory.full': warning,
  'set-up.failed': wrong,
  'task.cancelled': { severity: 'information', action: null },
  'file.notGranted': { severity: 'warning', action: null },
  'file.tooLarge': warning,
  'engine.lost': { severity: 'warning', action: null },
  unexpected: wrong,
};

/** How a failure is told in the window: an expected one in the engine's words, any other as a defect. */
export function presentError(error: unknown): PresentedError {
  if (error instanceof ThawError) {
    const { severity, action } = TABLE[error.code];
    const title = errors.titles[error.code];
    const details = [`${error.code}: ${error.message}`, error.hint].filter((line) => line !== '').join('\n');
    return { severity, title, message: error.message, hint: error.hint, details, action };
  }
  const message = error instanceof Error ? error.message : String(error);
  const details = error instanceof Error ? (error.stack ?? message) : message;
  return { severity: 'error', title: errors.defect, message, hint: errors.defectHint, details, action: 'reload' };
}
