import { assertNever, ThawError } from '../../shared/errors/thaw-error.ts';
import type { FileEntry } from '../../shared/contract/file-entry.ts';
import { strings } from '../strings/index.ts';
import type { UploadWatch } from '../transport/host.ts';
import type { Dropped } from './dropped.ts';
import { openModel } from './open-model.ts';
import { addGranted } from './predict-granted.ts';
import { RunExchange } from './run-exchange.svelte.ts';
import type { Workbench } from './workbench.svelte.ts';

/** What a file of weights is dropped as: the plan's weights, or a network of its own. */
export type DroppedAs = 'weights' | 'network';

type Transfer = (watch: UploadWatch) => Promise<readonly FileEntry[]>;

/**
 * Does what a drop asks for: a folder is opened as the dataset, or predicted where images are predicted; images are
 * predicted; a features file is opened in place of a folder; a run is taken into the log; a file of weights becomes the plan's, or a network of its own;
 * anything else is answered with what Thaw would take.
 *
 * @param transfer grants what was dropped, or uploads it; not called for what is of no use
 * @returns the notice that says so, where nothing could be done
 */
export async function receive(
  workbench: Workbench,
  dropped: Exclude<Dropped, { kind: 'plan' }>,
  transfer: Transfer,
  as: DroppedAs,
): Promise<number | null> {
  const words = strings.files.drop;
  const { notices, navigation } = workbench;
  const refuse = (title: string, hint: string): number => notices.tell({ severity: 'warning', title, hint });
  switch (dropped.kind) {
    case 'folder':
      if (navigation.view === 'predict') await predict(workbench, dropped.name, transfer);
      else await openDataset(workbench, dropped.name, transfer);
      return null;
    case 'images':
      await predict(workbench, strings.files.upload.several(dropped.count), transfer);
      return null;
    case 'folders':
      return refuse(words.folders, words.foldersHint(dropped.count));
    case 'mixed':
      return refuse(words.mixed, words.mixedHint);
    case 'weights':
      await takeWeights(workbench, dropped.name, transfer, as);
      return null;
    case 'features':
      // NumPy's files may hold weights as well: where weights are chosen, they are taken for these.
      if (navigation.view === 'network') await takeWeights(workbench, dropped.name, transfer, 'weights');
      else await openDataset(workbench, dropped.name, transfer);
      return null;
    case 'run':
      await importRun(workbench, dropped.name, transfer);
      return null;
    case 'other':
      return refuse(words.other(dropped.name), words.otherHint);
    case 'nothing':
      return refuse(words.nothing, words.nothingHint);
    default:
      return assertNever(dropped);
  }
}

async function openDataset(workbench: Workbench, name: string, transfer: Transfer): Promise<void> {
  workbench.navigation.go('dataset');
  try {
    const [folder] = await workbench.upload.follow(name, transfer);
    if (folder === undefined) {
      const words = strings.files.drop;
      throw new ThawError('dataset.empty', words.emptyFolder(name), words.emptyFolderHint);
    }
    await workbench.datasets.openEntry({ ...folder, name });
  } catch (error) {
    // In place, where the dataset is shown; what was open stays.
    workbench.datasets.refuse(error);
  }
}

/** The plan begins with them, as if they had been chosen in Network: what does not fit is told there, beside them. */
async function takeWeights(workbench: Workbench, name: string, transfer: Transfer, as: DroppedAs): Promise<void> {
  const { navigation, notices, plan, upload } = workbench;
  navigation.go('network');
  try {
    const entries = await upload.follow(name, transfer);
    const file = entries.find((entry) => entry.name === name) ?? entries[0];
    if (file && as === 'network') await openModel(workbench, file);
    else if (file) plan.takeWeights(file);
  } catch (error) {
    notices.fail(error);
  }
}

async function importRun(workbench: Workbench, name: string, transfer: Transfer): Promise<void> {
  workbench.navigation.go('runs');
  try {
    const [file] = await workbench.upload.follow(name, transfer);
    if (file) await new RunExchange(workbench).import(file);
  } catch (error) {
    workbench.notices.fail(error);
  }
}

async function predict(workbench: Workbench, name: string, transfer: Transfer): Promise<void> {
  workbench.navigation.go('predict', workbench.navigation.view === 'predict' ? workbench.navigation.runId : null);
  try {
    await addGranted(workbench, await workbench.upload.follow(name, transfer));
  } catch (error) {
    workbench.predictions.problem = error;
  }
}
