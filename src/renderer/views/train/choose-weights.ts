import { leadingWeights } from '../../state/dropped.ts';
import type { Workbench } from '../../state/workbench.svelte.ts';

/** Asks for a weights file and takes it into the plan; nothing changes where none was chosen. */
export async function chooseWeights(workbench: Workbench): Promise<void> {
  try {
    const file = leadingWeights(await workbench.files.choose('weights'));
    if (file !== undefined) workbench.plan.takeWeights(file);
  } catch (error) {
    workbench.notices.fail(error);
  }
}
