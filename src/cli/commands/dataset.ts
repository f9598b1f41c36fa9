import type { Command } from 'commander';
import type { SetExitCode } from '../exit-code.ts';
import { followTask } from '../follow-task.ts';
import { healthPage } from '../output/health-page.ts';
import { printJson, printLines } from '../output/print.ts';
import { withService } from '../with-service.ts';
import { addEditCommands } from './dataset-edits.ts';
import { addMistakesCommand } from './dataset-mistakes.ts';
import { addStructureFlags, folderSource, type StructureFlags } from './dataset-flags.ts';

export function addDatasetCommands(program: Command, setExitCode: SetExitCode): void {
  const dataset = program.command('dataset').description('folders of images');
  addEditCommands(dataset, setExitCode);
  addMistakesCommand(dataset, setExitCode);
  const inspect = dataset
    .command('inspect')
    .description('how a folder is laid out, what its images are like, and what may be wrong with them')
    .argument('[folder]', 'a folder of images, with classes or without (default: the sample)');
  addStructureFlags(inspect);
  inspect
    .option('--json', 'print one JSON document with every image that was found, progress on the error output')
    .action(async (folder: string | undefined, flags: StructureFlags & { readonly json?: true }) => {
      const source = folderSource({ ...flags, ...(folder !== undefined && { dataset: folder }) });
      const outcome = await withService((engine) =>
        followTask(
          engine,
          (taskId) => engine.invoke('dataset.inspect', { dataset: source ?? { kind: 'sample' }, taskId }),
          'decode',
        ),
      );
      if (outcome.kind === 'cancelled') {
        setExitCode(outcome.exitCode);
        printLines(flags.json ? [] : ['Cancelled.']);
        return;
      }
      if (flags.json) printJson(outcome.result);
      else printLines(healthPage(outcome.result));
    });
}
