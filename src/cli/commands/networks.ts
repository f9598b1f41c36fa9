import type { Command } from 'commander';
import { count } from '../output/format.ts';
import { printJson, printLines } from '../output/print.ts';
import { table } from '../output/table.ts';
import { withService } from '../with-service.ts';

const HEADER = ['network', 'input', 'layers', 'parameters', 'weights', 'also called'];

export function addNetworksCommand(program: Command): void {
  program
    .command('networks')
    .description('the networks that Thaw knows by name')
    .option('--json', 'print one JSON document')
    .action(async ({ json }: { json?: true }) => {
      const networks = await withService((engine) => engine.invoke('networks.list', {}));
      if (json) {
        printJson(networks);
        return;
      }
      const rows = networks.map(({ name, inputShape, layers, parameters, shipped, aliases }) => [
        name,
        inputShape.join('×'),
        String(layers),
        count(parameters),
        shipped ? 'ship with Thaw' : '--weights',
        aliases.join(', '),
      ]);
      printLines(table([HEADER, ...rows], [2, 3]));
    });
}
