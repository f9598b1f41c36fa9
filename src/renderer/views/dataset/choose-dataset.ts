import type { Workbench } from '../../state/workbench.svelte.ts';

/** Asks for a folder and opens it as the dataset; nothing changes where the person thinks better of it. */
export async function chooseDataset(workbench: Workbench): Promise<void> {
  try {
    const [folder] = await workbench.files.choose('folder');
    if (folder === undefined) return;
    workbench.navigation.go('dataset');
    await workbench.datasets.openEntry(folder);
  } catch (error) {
    workbench.notices.fail(error);
  }
}
