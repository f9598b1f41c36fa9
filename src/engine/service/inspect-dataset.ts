import path from 'node:path';
import type { DatasetHealth } from '../../shared/contract/dataset-health.ts';
import type { Request } from '../../shared/contract/endpoint.ts';
import { ThawError } from '../../shared/errors/thaw-error.ts';
import { countEdits } from '../dataset/edits/edit-words.ts';
import { healthFindings } from '../dataset/health/findings.ts';
import { mendingOf } from '../dataset/health/mending.ts';
import { summarise } from '../dataset/health/summary.ts';
import { nearDuplicates } from '../image/near-duplicates.ts';
import type { ServiceContext } from './context.ts';
import { countByClass, countedImages } from './dataset-view.ts';
import { examinedImages } from './inspected.ts';
import { noteRecent } from './recent-datasets.ts';
import { resolveDataset } from './resolve-references.ts';
import { seeImages } from './seen-images.ts';

/** As many images are decoded at a time; each runs in a thread of Node's own. */
const AT_A_TIME = 8;

/**
 * Opens a dataset and looks at every image of it.
 *
 * @throws ThawError as `openDatasetView`; `task.cancelled`; `dataset.missing` for features, whose images are not known
 */
export async function inspectDataset(
  context: ServiceContext,
  { dataset, taskId }: Request<'dataset.inspect'>,
): Promise<DatasetHealth> {
  const source = resolveDataset(context, dataset);
  if (source.kind === 'features') {
    throw new ThawError(
      'dataset.missing',
      'Images are looked at in a folder; features have none.',
      'Name the folder that the features were taken of.',
    );
  }
  return context.tasks.run(taskId, 'image', async (task) => {
    const opened = await context.datasets.open(source, task);
    if (source.kind === 'folder') noteRecent(context, opened.content.root, opened.content.structure);
    const { content } = opened;
    // Looked at twice at once, images would be decoded twice.
    const measured = context.measuring.end(opened.datasetId);
    const seen = await seeImages(opened, context.indexIfAny, { ...task, atATime: AT_A_TIME }).catch(
      (error: unknown) => {
        // What this did not come to is still to be looked at.
        if (measured) context.measuring.begin(opened.datasetId);
        throw error;
      },
    );
    const images = examinedImages(opened, (contentHash) => seen.get(contentHash)?.measured);
    const fingerprints = images.map(({ contentHash }) => seen.get(contentHash)?.fingerprint ?? null);
    const alike = await nearDuplicates(fingerprints, {
      signal: task.signal,
      onProgress: (done) => task.report(done, images.length, 'comparing images'),
    });
    context.inspected.keep(opened.datasetId, images, alike);
    return {
      ...countByClass(countedImages(opened)),
      ...summarise(images),
      name: path.basename(content.root) || content.root,
      root: content.root,
      structure: content.structure,
      unlabelled: content.unlabelled.length,
      bytes: opened.images.reduce((sum, { image }) => sum + image.bytes, 0),
      findings: healthFindings(images, alike).map((finding) => ({
        ...finding,
        mend: mendingOf(finding)?.words ?? null,
      })),
      edits: countEdits(opened.edits.edits).words,
      skipped: [...content.skipped],
    };
  });
}
