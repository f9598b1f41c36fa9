import type { Command } from 'commander';
import { byteCount } from '../number-flag.ts';
import { bytes } from '../output/format.ts';
import { printJson, printLines } from '../output/print.ts';
import { table } from '../output/table.ts';
import { withService } from '../with-service.ts';

export function addCacheCommands(program: Command): void {
  const cache = program.command('cache').description('what is kept to save time');
  cache
    .command('show')
    .description('the caches with their sizes and limits')
    .option('--json', 'print one JSON document')
    .action(async ({ json }: { json?: true }) => {
      const caches = await withService((engine) => engine.invoke('cache.show', {}));
      if (json) printJson(caches);
      else
        printLines(
          table(
            caches.map(({ name, path, bytes: size, limitBytes }) => [
              name,
              bytes(size),
              limitBytes === null ? '' : `of ${bytes(limitBytes)}`,
              path,
            ]),
            [1],
          ),
        );
    });
  cache
    .command('limit')
    .description(
      'what features may take of the disk, and decoded images as much again; what was used longest ago goes first',
    )
    .option('--json', 'print one JSON document')
    .argument('<size>', 'such as 20GiB or 500MB', byteCount)
    .action(async (cacheLimitBytes: number, { json }: { json?: true }) => {
      const settings = await withService((engine) => engine.invoke('settings.write', { cacheLimitBytes }));
      if (json) printJson(settings);
      else printLines([`Features take ${bytes(settings.cacheLimitBytes)} at most, and decoded images as much again.`]);
    });
  cache
    .command('clear')
    .description('remove features and decoded images; the toolchain stays, and so do weights')
    .option('--weights', 'remove downloaded weights too')
    .option('--json', 'print one JSON document')
    .action(async ({ json, weights }: { json?: true; weights?: true }) => {
      const cleared = await withService((engine) => engine.invoke('cache.clear', weights ? { weights } : {}));
      if (json) printJson(cleared);
      else printLines([`Cleared ${bytes(cleared.bytes)}.`]);
    });
}
