import { Argument, type Command } from 'commander';
import type { DatasetView } from '../../shared/contract/dataset-view.ts';
import type { Transport } from '../../shared/contract/endpoint.ts';
import { MENDABLE } from '../../shared/contract/findings.ts';
import type { DatasetSource } from '../../shared/contract/plan.ts';
import type { SetExitCode } from '../exit-code.ts';
import { followTask } from '../follow-task.ts';
import { editLines } from '../output/edit-lines.ts';
import { printable } from '../output/format.ts';
import { printJson, printLines } from '../output/print.ts';
import { withService } from '../with-service.ts';
import { addStructureFlags, folderSource, type StructureFlags } from './dataset-flags.ts';

const FOLDER = 'a folder of images';

const sourceOf = (folder: string, flags: StructureFlags = {}): DatasetSource =>
  folderSource({ ...flags, dataset: folder }) ?? { kind: 'sample' };

function stateLine({ edits }: DatasetView): string {
  return `Now: ${edits.words ?? 'all images as the folder has them'}.`;
}

/** Takes a step back or makes it again. */
function addRetrace(dataset: Command, direction: 'undo' | 'redo', description: string): void {
  const command = dataset.command(direction).description(description).argument('<folder>', FOLDER);
  addStructureFlags(command);
  command.action(async (folder: string, flags: StructureFlags) => {
    await withService(async (engine) => {
      const { datasetId, edits } = await engine.invoke('dataset.open', { dataset: sourceOf(folder, flags) });
      const view = await engine.invoke(`dataset.${direction}`, { datasetId });
      const done = direction === 'undo' ? 'Taken back' : 'Made again';
      printLines([`${done}: ${printable(edits[direction] ?? '')}.`, stateLine(view)]);
    });
  });
}

async function mend(
  engine: Transport,
  dataset: DatasetSource,
  finding: (typeof MENDABLE)[number],
): Promise<readonly string[]> {
  const { datasetId } = await engine.invoke('dataset.open', { dataset });
  const view = await engine.invoke('dataset.mend', { datasetId, finding });
  return [`${printable(view.edits.undo ?? '')}: done.`, stateLine(view)];
}

/** What is decided of the images of a folder, beside the files. */
export function addEditCommands(dataset: Command, setExitCode: SetExitCode): void {
  dataset
    .command('edits')
    .description('what was decided of the images of a folder: other classes, left out, tagged, kept in a split')
    .argument('<folder>', FOLDER)
    .option('--json', 'print one JSON document')
    .action(async (folder: string, { json }: { readonly json?: true }) => {
      const edits = await withService((engine) => engine.invoke('dataset.edits', { dataset: sourceOf(folder) }));
      if (json) printJson(edits);
      else printLines(editLines(edits));
    });
  addRetrace(dataset, 'undo', 'take back what was decided last of the images of a folder');
  addRetrace(dataset, 'redo', 'decide again what was taken back last');
  const mending = dataset
    .command('mend')
    .description('leave out the images by which something is wrong with a folder; no file is touched')
    .argument('<folder>', FOLDER)
    .addArgument(
      new Argument('<finding>', 'what is mended, as `thaw dataset inspect --json` names it').choices(MENDABLE),
    );
  addStructureFlags(mending);
  mending.action(async (folder: string, finding: (typeof MENDABLE)[number], flags: StructureFlags) => {
    await withService(async (engine) => {
      const dataset = sourceOf(folder, flags);
      const looked = await followTask(
        engine,
        (taskId) => engine.invoke('dataset.inspect', { dataset, taskId }),
        'decode',
      );
      if (looked.kind === 'cancelled') {
        setExitCode(looked.exitCode);
        printLines(['Cancelled.']);
        return;
      }
      printLines(await mend(engine, dataset, finding));
    });
  });
}
