import type { SeenRegion } from '../../../shared/contract/explain.ts';
import { heatMapSignature, logitWeights } from '../../graph/heat-map-program.ts';
import { decodeImage } from '../../image/decode-image.ts';
import { seenRegion, uprightSize } from '../../image/seen-region.ts';
import type { ExplainedCheckpoint, ExplainedModel } from './explained-model.ts';
import { mappedLayer } from './mapped-layers.ts';

export interface HeatMapJob extends ExplainedCheckpoint {
  readonly kind: 'heatMap';
  /** A file. */
  readonly image: string;
  /** null for the one that is predicted. */
  readonly classIndex: number | null;
  /** null for the last one with places. */
  readonly layer: string | null;
}

/** How much each place of an image speaks for a class. */
export interface ComputedMap {
  /** One for each class. */
  readonly probabilities: Float32Array;
  readonly classIndex: number;
  readonly layer: string | null;
  readonly height: number;
  readonly width: number;
  /** [height, width], from 0 to 1. */
  readonly values: Float32Array;
  readonly largest: number;
  readonly region: SeenRegion;
}

/** The place of the largest value; the first of several. */
export function largestIndex(values: Float32Array): number {
  let found = 0;
  values.forEach((value, index) => {
    if (value > (values[found] ?? -Infinity)) found = index;
  });
  return found;
}

/** Values of at least 0 so that the largest is 1; where all are 0 they stay. */
export function scaledToOne(values: Float32Array): { readonly values: Float32Array; readonly largest: number } {
  const largest = values.reduce((most, value) => Math.max(most, value), 0);
  return { largest, values: largest > 0 ? values.map((value) => value / largest) : values };
}

/**
 * Grad-CAM of a layer for an image.
 *
 * @throws ThawError `usage.noMatch` and `run.state` as `mappedLayer`, `image.unreadable`, or what is wrong with the checkpoint
 */
export async function computeHeatMap(model: ExplainedModel, job: HeatMapJob): Promise<ComputedMap> {
  const { session, network, preprocessing, program } = await model.heatMaps();
  const { name: layer } = mappedLayer(network, job.layer);
  const [pixels, upright] = await Promise.all([decodeImage(job.image, preprocessing), uprightSize(job.image)]);
  const { logits } = program;
  const weights = job.classIndex === null ? new Float32Array(logits) : logitWeights(logits, job.classIndex);
  const { map, probabilities } = session.run(heatMapSignature(layer), {
    images: { data: [pixels], shape: [] },
    weights: { data: weights, shape: [1, logits] },
    predicted: { data: Float32Array.of(job.classIndex === null ? 1 : 0), shape: [] },
  });
  if (!(map?.data instanceof Float32Array) || !(probabilities?.data instanceof Float32Array)) {
    throw new TypeError('The program gave no heat-map.');
  }
  const [, height = 0, width = 0] = map.shape;
  return {
    probabilities: probabilities.data,
    classIndex: job.classIndex ?? largestIndex(probabilities.data),
    layer,
    height,
    width,
    ...scaledToOne(map.data),
    region: seenRegion(upright, preprocessing),
  };
}
