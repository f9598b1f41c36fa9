import type { DatasetView } from '../../shared/contract/dataset-view.ts';
import type { Request } from '../../shared/contract/endpoint.ts';
import { ThawError } from '../../shared/errors/thaw-error.ts';
import { mendingOf } from '../dataset/health/mending.ts';
import type { ServiceContext } from './context.ts';
import { decide, openedImages, taken } from './edit-dataset.ts';

/** Mends what was found of a dataset. @throws ThawError as `decide`; `usage.invalid` where that was not found of it */
export async function mendDataset(
  context: ServiceContext,
  { datasetId, finding, imageIds }: Request<'dataset.mend'>,
): Promise<DatasetView> {
  const opened = await openedImages(context, datasetId);
  const findings = context.inspected.findings(opened);
  const found = findings?.find(({ kind }) => kind === finding);
  const mending = found && mendingOf(found, imageIds && new Set(imageIds));
  if (!mending) {
    throw new ThawError(
      'usage.invalid',
      findings
        ? `What is mended was found of the dataset as it stands; of '${finding}' there is nothing left.`
        : 'What is mended was found of the dataset before; it was not looked at yet.',
      findings ? 'Look at its health again.' : 'Look at its health first.',
    );
  }
  const chosen = mending.images.flatMap(({ imageId }) => opened.byId.get(imageId) ?? []);
  const step = { change: { kind: 'exclude', excluded: true }, words: mending.words } as const;
  return taken(context, opened, decide(context, opened, chosen, step));
}
