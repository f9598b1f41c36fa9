import path from 'node:path';
import type { DatasetHealth } from '../../shared/contract/dataset-health.ts';
import type { Request } from '../../shared/contract/endpoint.ts';
import { ThawError } from '../../shared/errors/thaw-error.ts';
import { countEdits } from '../dataset/edits/edit-words.ts';
import { healthFindings, type ExaminedImage } from '../dataset/health/findings.ts';
import { mendingOf } from '../dataset/health/mending.ts';
import { summarise } from '../dataset/health/summary.ts';
import type { Fingerprint } from '../image/fingerprint.ts';
import { measureImage } from '../image/measure-image.ts';
import { nearDuplicates } from '../image/near-duplicates.ts';
import type { ServiceContext } from './context.ts';
import { countByClass } from './dataset-view.ts';
import type { OpenedDataset } from './datasets.ts';
import { noteRecent } from './recent-datasets.ts';
import { resolveDataset } from './resolve-references.ts';
import type { Task } from './tasks.ts';

/** As many images are decoded at a time; each runs in a thread of Node's own. */
const AT_A_TIME = 8;

async function examine(
  { content, images }: OpenedDataset,
  { signal, report }: Task,
): Promise<{ readonly examined: readonly ExaminedImage[]; readonly fingerprints: readonly (Fingerprint | null)[] }> {
  const examined: ExaminedImage[] = [];
  const fingerprints: (Fingerprint | null)[] = [];
  let [next, done] = [0, 0];
  const worker = async (): Promise<void> => {
    for (let index = next++; index < images.length; index = next++) {
      signal.throwIfAborted();
      const found = images[index];
      if (!found) return;
      const { imageId, image } = found;
      const { measured, fingerprint } = await measureImage(path.join(content.root, image.path));
      fingerprints[index] = fingerprint;
      examined[index] = {
        imageId,
        path: image.path,
        className: content.classes[image.label] ?? null,
        split: image.split,
        contentHash: image.contentHash,
        measured,
      };
      report((done += 1), images.length);
    }
  };
  await Promise.all(Array.from({ length: Math.min(AT_A_TIME, images.length) }, worker));
  return { examined, fingerprints };
}

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
    const { examined: images, fingerprints } = await examine(opened, task);
    const alike = await nearDuplicates(fingerprints, {
      signal: task.signal,
      onProgress: (done) => task.report(done, images.length, 'comparing images'),
    });
    context.inspected.keep(opened.datasetId, images, alike);
    return {
      ...countByClass(opened.dataset ?? { classes: [], images: [] }),
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
