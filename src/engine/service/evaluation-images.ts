import type { EvaluatedImage, EvaluatedImages, EvaluatedImagesRequest } from '../../shared/contract/evaluate.ts';
import { codePointOrder } from '../dataset/code-point-order.ts';
import { crossEntropy } from '../evaluation/scored-images.ts';
import { slicesOf } from '../evaluation/slices.ts';
import type { ServiceContext } from './context.ts';
import { NO_PICTURES, picturesOf } from './evaluation-pictures.ts';
import { loadEvaluation, type LoadedEvaluation } from './kept-images.ts';

type Filter = Pick<EvaluatedImagesRequest, 'label' | 'predicted' | 'correct' | 'slice'>;

function chosenRows({ images }: LoadedEvaluation, { label, predicted, correct, slice }: Filter): number[] {
  const { scored } = images;
  return [...images.paths.keys()].filter((row) => {
    const [own, taken] = [scored.labels[row], scored.predicted[row]];
    if (label !== undefined && own !== label) return false;
    if (predicted !== undefined && taken !== predicted) return false;
    if (correct !== undefined && (own === taken) !== correct) return false;
    return slice === undefined || slicesOf(images, row, slice.by).includes(slice.name);
  });
}

/** Which of two comes first; equal ones stay in the order of the dataset. */
function comparison(
  { images: { scored, paths } }: LoadedEvaluation,
  order: EvaluatedImagesRequest['order'],
): (left: number, right: number) => number {
  const { labels, predicted, probability, labelProbability } = scored;
  const sure = (row: number): number => probability[row] ?? 0;
  /** The surest mistake 2 at most, what is surely right 0 at least. */
  const wrongness = (row: number): number => (labels[row] === predicted[row] ? 1 - sure(row) : 1 + sure(row));
  switch (order) {
    case 'loss':
      return (left, right) => (labelProbability[left] ?? 0) - (labelProbability[right] ?? 0) || left - right;
    case 'confidentlyWrong':
      return (left, right) => wrongness(right) - wrongness(left) || left - right;
    case 'unsure':
      return (left, right) => sure(left) - sure(right) || left - right;
    case 'path':
      return (left, right) => codePointOrder(paths[left] ?? '', paths[right] ?? '') || left - right;
  }
}

/** The images of an evaluation, filtered, in an order, a page of them. @throws ThawError as `loadEvaluation` */
export async function evaluationImages(
  context: ServiceContext,
  request: EvaluatedImagesRequest,
): Promise<EvaluatedImages> {
  const { runId, evaluationId, order, pictures = false, offset, limit } = request;
  const loaded = await loadEvaluation(context, runId, evaluationId);
  const { scored, paths } = loaded.images;
  const rows = chosenRows(loaded, request).sort(comparison(loaded, order));
  const page = rows.slice(offset, offset + limit);
  const { datasetId, idOf } = pictures && page.length > 0 ? await picturesOf(context, loaded, page) : NO_PICTURES;
  return {
    total: rows.length,
    datasetId,
    images: page.map((row): EvaluatedImage => {
      const labelProbability = scored.labelProbability[row] ?? 0;
      return {
        path: paths[row] ?? '',
        imageId: idOf(row),
        label: scored.labels[row] ?? 0,
        predicted: scored.predicted[row] ?? 0,
        probability: scored.probability[row] ?? 0,
        labelProbability,
        loss: crossEntropy(labelProbability),
      };
    }),
  };
}
