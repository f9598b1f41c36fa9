import type { Command } from 'commander';
import { groupChart, groupTable } from '../output/group-chart.ts';
import { printJson, printLines } from '../output/print.ts';
import { withService } from '../with-service.ts';

/** `thaw runs chart` */
export function addChartCommand(runs: Command): void {
  runs
    .command('chart')
    .description(
      'what the runs of a group came to: by strategy, boundary or learning rate, each seed a point, or run by run where they differ in more',
    )
    .argument('<group>', 'the name of a group, such as a sweep has, or its id')
    .option('--json', 'print one JSON document')
    .action(async (group: string, { json }: { readonly json?: true }) => {
      await withService(async (engine) => {
        const results = await engine.invoke('runs.groupResults', { group });
        if (json) printJson(results);
        else printLines([...groupTable(results), '', ...groupChart(results, process.stdout)]);
      });
    });
}
