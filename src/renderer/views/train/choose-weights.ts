import type { FileEntry } from '../../../shared/contract/file-entry.ts';
import { leadingWeights } from '../../state/dropped.ts';
import type { Workbench } from '../../state/workbench.svelte.ts';

/** Asks for a weights file and takes it into the plan, or where it is said; nothing changes where none was chosen. */
export async function chooseWeights(
  workbench: Workbench,
  take: (file: FileEntry) => void = (file) => workbench.plan.takeWeights(file),
): Promise<void> {
  try {
    const file = leadingWeights(await workbench.files.choose('weights'));
    if (file !== undefined) take(file);
  } catch (error) {
    workbench.notices.fail(error);
  }
}
