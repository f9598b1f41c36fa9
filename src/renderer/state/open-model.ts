import type { OpenedModel, PixelRange } from '../../shared/contract/models.ts';
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

/** The same file, its images prepared otherwise and all else as it was asked for: another network by name. */
export async function openAgain(
  workbench: Workbench,
  { network, file, ...asked }: OpenedModel,
  change: { readonly size?: number; readonly pixels?: PixelRange | null },
): Promise<void> {
  const pixels = change.pixels === undefined ? asked.pixels : change.pixels;
  const takesOthers = network.sizes !== null;
  await openModel(workbench, file, {
    pixels: pixels ?? undefined,
    size: change.size ?? (takesOthers ? network.inputShape[0] : (asked.size ?? undefined)),
    input: asked.input ?? undefined,
    output: asked.output ?? undefined,
  });
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
