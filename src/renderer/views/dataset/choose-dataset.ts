import type { Workbench } from '../../state/workbench.svelte.ts';

async function choose(workbench: Workbench, kind: 'folder' | 'features'): Promise<void> {
  try {
    const [chosen] = await workbench.files.choose(kind);
    if (chosen === undefined) return;
    workbench.navigation.go('dataset');
    await workbench.datasets.openEntry(chosen);
  } catch (error) {
    workbench.notices.fail(error);
  }
}

/** Asks for a folder and opens it as the dataset; nothing changes where the person thinks better of it. */
export function chooseDataset(workbench: Workbench): Promise<void> {
  return choose(workbench, 'folder');
}

/** The same for a file of features that were computed before. */
export function chooseFeatures(workbench: Workbench): Promise<void> {
  return choose(workbench, 'features');
}
