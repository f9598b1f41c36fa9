import type { Command } from 'commander';
import { bytes } from '../output/format.ts';
import { printJson, printLines } from '../output/print.ts';
import { table } from '../output/table.ts';
import { withService } from '../with-service.ts';

export function addCacheCommands(program: Command): void {
  const cache = program.command('cache').description('what is kept to save time');
  cache
    .command('show')
    .description('the caches with their sizes')
    .option('--json', 'print one JSON document')
    .action(async ({ json }: { json?: true }) => {
      const caches = await withService((engine) => engine.invoke('cache.show', {}));
      if (json) printJson(caches);
      else
        printLines(
          table(
            caches.map(({ name, path, bytes: size }) => [name, bytes(size), path]),
            [1],
          ),
        );
    });
  cache
    .command('clear')
    .description('remove features and decoded images; the toolchain stays')
    .option('--json', 'print one JSON document')
    .action(async ({ json }: { json?: true }) => {
      const cleared = await withService((engine) => engine.invoke('cache.clear', {}));
      if (json) printJson(cleared);
      else printLines([`Cleared ${bytes(cleared.bytes)}.`]);
    });
}
