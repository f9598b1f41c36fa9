import type { Command } from 'commander';
import type { BatchSearch } from '../../shared/contract/finders.ts';
import type { SetExitCode } from '../exit-code.ts';
import { followTask } from '../follow-task.ts';
import { wholeNumber } from '../number-flag.ts';
import { bytes, count, printable } from '../output/format.ts';
import { printJson, printLines } from '../output/print.ts';
import { table } from '../output/table.ts';
import { withService } from '../with-service.ts';
import { addSearchedPlan, type SearchedFlags } from './searched-plan.ts';

interface BatchFlags extends SearchedFlags {
  readonly from?: number;
  readonly to?: number;
  readonly tries?: number;
  readonly json?: true;
}

/** What a search found, for people. */
export function batchLines({ sizes, ended, suggestion, freeBytes, warnings }: BatchSearch): string[] {
  const rows = sizes.map(({ batchSize, imagesPerSecond, stepSeconds, estimatedBytes, residentBytes }) => [
    `  ${batchSize}`,
    imagesPerSecond < 100 ? imagesPerSecond.toPrecision(3) : count(imagesPerSecond),
    `${(1000 * stepSeconds).toPrecision(3)} ms`,
    bytes(estimatedBytes),
    bytes(residentBytes),
    batchSize === suggestion.batchSize ? '<' : '',
  ]);
  const heading = ['  batch', 'images/s', 'a step', 'needs about', 'was resident', ''];
  return [
    ...warnings.map((warning) => `warning: ${printable(warning)}`),
    ...table([heading, ...rows], [0, 1, 2, 3, 4]),
    '',
    freeBytes === null ? ended : `${ended} Memory that was free: ${bytes(freeBytes)}.`,
    `Next: --batch ${suggestion.batchSize}. ${suggestion.why}`,
  ];
}

export function addFindBatchSizeCommand(program: Command, setExitCode: SetExitCode): void {
  const size = wholeNumber({ least: 1, most: 65_536 });
  const command = program
    .command('find-batch-size')
    .description('look for a batch size: time steps of a plan with sizes that double; no weights are kept')
    .option('--from <n>', 'the first size (default: 4)', size)
    .option('--to <n>', 'the last one (default: 256), or less where the memory or the images end before', size)
    .option('--tries <n>', 'timed steps of each (default: 5)', wholeNumber({ least: 1, most: 100 }));
  const planOf = addSearchedPlan(command);
  command.option('--json', 'print one JSON document').action(async (given: BatchFlags) => {
    const { from, to, tries: steps, json, ...flags } = given;
    const asked = {
      ...(from !== undefined && { from }),
      ...(to !== undefined && { to }),
      ...(steps !== undefined && { steps }),
    };
    const outcome = await withService(async (engine) => {
      const plan = await planOf(engine, flags);
      const begin = (taskId: string) => engine.invoke('training.findBatchSize', { plan, ...asked, taskId });
      return followTask(engine, begin, 'train');
    });
    if (outcome.kind === 'cancelled') setExitCode(outcome.exitCode);
    else if (json) printJson(outcome.result);
    else printLines(batchLines(outcome.result));
  });
}
