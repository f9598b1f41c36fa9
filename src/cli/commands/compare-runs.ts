import type { Command } from 'commander';
import { MOST_COMPARED } from '../../shared/contract/compare.ts';
import { ThawError } from '../../shared/errors/thaw-error.ts';
import { comparisonPage } from '../output/comparison-page.ts';
import { printJson, printLines } from '../output/print.ts';
import { withService } from '../with-service.ts';

/** @throws ThawError `usage.invalid` for fewer than two runs, or more than can be compared */
function comparable(runIds: readonly string[]): string[] {
  const distinct = [...new Set(runIds)];
  if (distinct.length >= 2 && distinct.length <= MOST_COMPARED) return distinct;
  throw new ThawError(
    'usage.invalid',
    `From 2 to ${MOST_COMPARED} runs are compared; received ${distinct.length}.`,
    'Name each by its id, as `thaw runs list` shows it.',
  );
}

export function addCompareCommand(runs: Command): void {
  runs
    .command('compare')
    .description('runs side by side: what differs, what came out, what was frozen')
    .argument('<ids...>', 'as `thaw runs list` shows them; the first is what the others are held against')
    .option('--all', 'also parameters that are the same in all of them')
    .option('--json', 'print one JSON document')
    .action(async (given: string[], { all, json }: { all?: true; json?: true }) => {
      const runIds = comparable(given);
      const { comparison, predictions } = await withService(async (engine) => ({
        comparison: await engine.invoke('runs.compare', { runIds }),
        predictions: await engine.invoke('runs.predictions', { runIds, changedOnly: true, offset: 0, limit: 1 }),
      }));
      if (json) {
        const { images, shared, changed, evaluated } = predictions;
        printJson({ ...comparison, predictions: { images, shared, changed, evaluated } });
      } else printLines(comparisonPage(comparison, predictions, { all: all === true }));
    });
}
