import type { ModelFile, ModelOptions } from './networks.svelte.ts';
import type { Workbench } from './workbench.svelte.ts';
import { leadingWeights } from './dropped.ts';

/** Opens a file as a network of its own and plans on it, with the weights that it brings; what is in the way is told in place. */
export async function openModel(workbench: Workbench, file: ModelFile, options: ModelOptions = {}): Promise<void> {
  try {
    const name = await workbench.networks.open(file, options);
    if (name !== null) beginWithModel(workbench, name, file);
  } catch (error) {
    workbench.notices.fail(error);
  }
}

/** Plans on a network that came from a file, with the file's weights. */
export function beginWithModel({ plan }: Workbench, network: string, { grantId, name }: ModelFile): void {
  plan.chooseNetwork(network);
  plan.beginWith({ reference: { kind: 'granted', grantId }, label: name });
}

/** Asks for the file of a whole model and opens it; nothing changes where none was chosen. */
export async function chooseModel(workbench: Workbench): Promise<void> {
  try {
    const file = leadingWeights(await workbench.files.choose('model'));
    if (file !== undefined) await openModel(workbench, file);
  } catch (error) {
    workbench.notices.fail(error);
  }
}
