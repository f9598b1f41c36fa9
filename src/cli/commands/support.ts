import type { Command } from 'commander';
import { existsSync, writeFileSync } from 'node:fs';
import { explainDiskError, ThawError } from '../../shared/errors/thaw-error.ts';
import { givenPath } from '../given-path.ts';
import { bytes, printable } from '../output/format.ts';
import { printJson, printLines } from '../output/print.ts';
import { table } from '../output/table.ts';
import { withService } from '../with-service.ts';

export function addSupportCommand(program: Command): void {
  program
    .command('support')
    .description(
      "writes a zip file for whoever is to help: what doctor finds and Thaw's last lines, without your names",
    )
    .option('--out <file>', 'where to (default: thaw-support.zip here)')
    .option('--json', 'print one JSON document')
    .action(async ({ out = 'thaw-support.zip', json }: { out?: string; json?: true }) => {
      const file = givenPath(out);
      if (existsSync(file)) {
        throw new ThawError(
          'usage.invalid',
          `A bundle is written to a new file; '${file}' is there already.`,
          'Choose another one with --out.',
        );
      }
      const { bytes: content, files } = await withService((engine) => engine.invoke('system.support', {}));
      try {
        writeFileSync(file, content, { mode: 0o600, flag: 'wx' });
      } catch (error) {
        throw explainDiskError(error, 'write the bundle');
      }
      if (json) printJson({ file, bytes: content.length, files });
      else {
        printLines([
          `Wrote ${bytes(content.length)} to '${printable(file)}':`,
          ...table(
            files.map(({ name, bytes: size }) => [`  ${name}`, bytes(size)]),
            [1],
          ),
          'Folders, files, names, addresses and secrets were replaced. Look through it before you give it away.',
        ]);
      }
    });
}
