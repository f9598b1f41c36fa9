import type { RunBegun } from '../../shared/contract/begin-run.ts';
import type { RunToFollow } from '../follow-run.ts';
import { printable } from '../output/format.ts';
import { printJson, printLines } from '../output/print.ts';

/** For help texts of commands that follow a run. */
export const JSON_RESULT = 'print the result as one JSON document, progress on the error output';
export const QUEUE = 'let the run wait for its turn: see `thaw queue`';

function title({ runId, plan, part, edits }: RunBegun, about: string): string {
  const details = [part, edits].flatMap((detail) => (detail === null ? [] : [`; ${detail}`]));
  return `Run ${runId}: ${plan.network}, ${plan.strategy}${about}${details.join('')}`;
}

/**
 * A run that has begun, as it is followed.
 *
 * @param about what else its title says: `, branching off run ...`
 */
export function begunRun(begun: RunBegun, about = ''): RunToFollow {
  const { runId, plan, warnings } = begun;
  return { runId, epochs: plan.epochs, warnings, title: title(begun, about) };
}

/** Says of a run that it waits. */
export function printQueued(begun: RunBegun, json: boolean, about = ''): void {
  if (json) {
    printJson(begun);
    return;
  }
  const warnings = begun.warnings.map((warning) => `warning: ${printable(warning)}`);
  printLines([...warnings, title(begun, about), 'It waits in the queue; `thaw queue run` begins what waits.']);
}
