import { InvalidArgumentError, Option, type Command } from 'commander';
import { MOST_COMPARED } from '../../shared/contract/compare.ts';
import type { Ensemble } from '../../shared/contract/ensemble.ts';
import { SPLITS } from '../../shared/contract/splits.ts';
import { ThawError } from '../../shared/errors/thaw-error.ts';
import { count, printable } from '../output/format.ts';
import { printJson, printLines } from '../output/print.ts';
import { table } from '../output/table.ts';
import { withService } from '../with-service.ts';

/** `2,1`: what each run counts. */
export function opinionsFlag(text: string): number[] {
  const numbers = text.split(',').map((part) => (part.trim() === '' ? NaN : Number(part)));
  if (numbers.every((number) => Number.isFinite(number) && number >= 0)) return numbers;
  throw new InvalidArgumentError("It must be numbers of at least 0 with commas between, as '2,1'.");
}

function averageLines({ split, images, leftOut, runs, mean }: Ensemble): string[] {
  const row = (name: string, share: string, own: Ensemble['mean']): string[] => [
    name,
    share,
    own.accuracy.toFixed(4),
    own.logLoss.toFixed(4),
  ];
  return [
    `${count(images)} ${split} images${leftOut > 0 ? `; ${count(leftOut)} left out, which not all of the runs have` : ''}`,
    ...table([
      ['run', 'counts', 'accuracy', 'log loss'],
      ...runs.map((run) => row(printable(run.name), run.weight.toFixed(3), run)),
      row('all together', '', mean),
    ]),
  ];
}

export function addAverageCommand(runs: Command): void {
  runs
    .command('average')
    .description(
      'how well runs do together: the mean of their probabilities over the images that all were evaluated on',
    )
    .argument('<ids...>', `2 to ${MOST_COMPARED}, as \`thaw runs list\` shows them`)
    .addOption(new Option('--split <name>', 'which images (default: validation)').choices(SPLITS))
    .option('--weights <numbers>', 'what each run counts, in their order: 2,1 (default: alike)', opinionsFlag)
    .option('--json', 'print one JSON document')
    .action(async (runIds: string[], flags: { split?: (typeof SPLITS)[number]; weights?: number[]; json?: true }) => {
      const { split, weights, json } = flags;
      if (runIds.length < 2 || runIds.length > MOST_COMPARED) {
        throw new ThawError(
          'usage.invalid',
          `From 2 to ${MOST_COMPARED} runs are averaged; received ${runIds.length}.`,
          'Name each by its id, as `thaw runs list` shows it.',
        );
      }
      const averaged = await withService((engine) =>
        engine.invoke('runs.ensemble', {
          runIds,
          ...(split !== undefined && { split }),
          ...(weights !== undefined && { weights }),
        }),
      );
      if (json) printJson(averaged);
      else printLines(averageLines(averaged));
    });
}
