import type { Command } from 'commander';
import type { BlockGradient, NextBlock } from '../../shared/contract/finders.ts';
import type { SetExitCode } from '../exit-code.ts';
import { followTask } from '../follow-task.ts';
import { count, printable } from '../output/format.ts';
import { printJson, printLines } from '../output/print.ts';
import { table } from '../output/table.ts';
import { RUN_CHECKPOINT, runCheckpoint } from '../run-checkpoint.ts';
import { withService } from '../with-service.ts';

const TRAINED: Readonly<Record<BlockGradient['trained'], string>> = {
  all: 'trained',
  some: 'trained in part',
  none: 'frozen',
};

function figure(value: number | null): string {
  return value === null ? '–' : value.toPrecision(3);
}

/** What the gradients say, for people. @param written the run as it was given */
export function nextBlockLines({ blocks, images, loss, suggestion }: NextBlock, written: string): string[] {
  const rows = blocks.toReversed().map(({ block, trained, parameters, gradientNorm, relative, drift }) => {
    const mark = suggestion.kind === 'thaw' && suggestion.block === block ? '<' : '';
    const figures = [count(parameters), figure(gradientNorm), figure(relative), figure(drift)];
    return [`  ${printable(block)}`, TRAINED[trained], ...figures, mark];
  });
  const heading = ['  block', '', 'parameters', 'gradient', '/ weights', 'drift', ''];
  const rule = `--thaw '${suggestion.kind === 'allThawed' ? '' : suggestion.block}'`;
  return [
    ...table([heading, ...rows], [2, 3, 4, 5]),
    '',
    `Over ${images} training images, of a mean loss of ${loss.toPrecision(3)}. Nothing was changed.`,
    printable(suggestion.words),
    ...(suggestion.kind === 'thaw' ? [`Next: thaw runs branch ${printable(written)} ${printable(rule)}`] : []),
  ];
}

export function addNextBlockCommand(program: Command, setExitCode: SetExitCode): void {
  program
    .command('next-block')
    .description("which frozen block of a run to thaw next, by each block's gradient; nothing is changed")
    .requiredOption('--run <id>', RUN_CHECKPOINT)
    .option('--json', 'print one JSON document')
    .action(async ({ run, json }: { readonly run: string; readonly json?: true }) => {
      const asked = runCheckpoint(run);
      const outcome = await withService((engine) =>
        followTask(engine, (taskId) => engine.invoke('runs.nextBlock', { ...asked, taskId }), 'train'),
      );
      if (outcome.kind === 'cancelled') setExitCode(outcome.exitCode);
      else if (json) printJson(outcome.result);
      else printLines(nextBlockLines(outcome.result, `${asked.runId}@${outcome.result.step}`));
    });
}
