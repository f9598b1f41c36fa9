import type { MenuCommand } from '../../shared/contract/bridge.ts';
import { RunExchange } from '../state/run-exchange.svelte.ts';
import type { Workbench } from '../state/workbench.svelte.ts';
import { chooseDataset, chooseFeatures } from '../views/dataset/choose-dataset.ts';

/** Does what the desktop's menu asks of the window. */
export function answerMenu(workbench: Workbench, command: MenuCommand): void {
  const { datasets, edits, navigation, notices, plan } = workbench;
  switch (command.kind) {
    case 'openDataset':
      void chooseDataset(workbench);
      break;
    case 'openFeatures':
      void chooseFeatures(workbench);
      break;
    case 'importRuns':
      void new RunExchange(workbench).chooseAndImport();
      break;
    case 'openRecent':
      navigation.go('dataset');
      void datasets.openRecent(command);
      break;
    case 'find':
      workbench.requestFind();
      break;
    case 'preferences':
    case 'about':
      navigation.go('settings');
      break;
    case 'train':
      navigation.go('train');
      void workbench.train();
      break;
    case 'stop':
      if (workbench.runId === null || !workbench.training) break;
      workbench.invoke('training.stop', { runId: workbench.runId }).catch((error: unknown) => notices.fail(error));
      break;
    case 'undo':
      if (navigation.view === 'dataset') void edits.undo();
      else plan.undo();
      break;
    case 'redo':
      if (navigation.view === 'dataset') void edits.redo();
      else plan.redo();
      break;
  }
}
