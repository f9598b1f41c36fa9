import type { Request } from '../../shared/contract/endpoint.ts';
import type { CheckedImage, WeightsCheck } from '../../shared/contract/weights-check.ts';
import { ThawError } from '../../shared/errors/thaw-error.ts';
import { findNetwork } from '../network/registry.ts';
import type { ClassifierJob } from '../training/published-classifier.ts';
import { askProcess } from './ask-process.ts';
import { readLabels } from './class-labels.ts';
import type { ServiceContext } from './context.ts';
import { resolveImages } from './resolve-images.ts';
import { resolveWeights } from './resolve-references.ts';
import { weightsPath } from './weights-path.ts';

/**
 * Shows images to a network with a file's weights, by the file's own classifier where it has one.
 *
 * @throws ThawError `network.unknown`, `weights.missing`, `weights.mismatch`, `weights.unreadable`, `usage.invalid`
 */
export async function checkWeights(context: ServiceContext, request: Request<'weights.check'>): Promise<WeightsCheck> {
  const { name } = findNetwork(request.network);
  const weights = resolveWeights(context, request.weights);
  const path = await weightsPath(context, { network: name, weights });
  if (path === null) {
    throw new ThawError(
      'weights.missing',
      `Weights are checked that a file holds; none are named, and none ship with ${name}.`,
      'Name a file of weights.',
    );
  }
  const labels = request.labels === undefined ? [] : await readLabels(request.labels);
  const targets = await resolveImages(context, request.images);
  const job: ClassifierJob = {
    network: name,
    weights: path,
    mapping: weights.kind === 'file' ? (weights.mapping ?? []) : [],
    images: targets.flatMap((target) => ('file' in target ? [target.file] : [])),
    top: request.top,
    resize: request.resize,
  };
  const checked = await askProcess<WeightsCheck>(context.entries.classifier, job, 'Checking weights');
  const found = [...checked.images];
  const images = targets.map((target): CheckedImage => {
    const image = 'file' in target ? found.shift() : undefined;
    if (!image) {
      return { path: target.path, classes: [], output: null, problem: 'problem' in target ? target.problem : null };
    }
    const classes = image.classes.map((entry) => ({ ...entry, name: labels[entry.index] ?? null }));
    return { ...image, path: target.path, classes };
  });
  return { ...checked, images };
}
