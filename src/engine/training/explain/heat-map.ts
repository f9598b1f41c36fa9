import type { SeenRegion } from '../../../shared/contract/explain.ts';
import { heatMapSignature, logitWeights } from '../../graph/heat-map-program.ts';
import { decodeImage } from '../../image/decode-image.ts';
import { seenRegion, uprightSize } from '../../image/seen-region.ts';
import type { ExplainedCheckpoint, ExplainedModel } from './explained-model.ts';
import { layersMeant } from './mapped-layers.ts';

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

interface LayerMap extends Pick<ComputedMap, 'height' | 'width' | 'probabilities'> {
  readonly layer: string;
  readonly values: Float32Array;
}

/**
 * Grad-CAM of a layer for an image. Where none is named and several networks stand side by side, it is of the one that speaks
 * most for the class: what its places say together is what they add to the logit, as far as that is linear.
 *
 * @throws ThawError `usage.noMatch` and `run.state` as `layersMeant`, `image.unreadable`, or what is wrong with the checkpoint
 */
export async function computeHeatMap(model: ExplainedModel, job: HeatMapJob): Promise<ComputedMap> {
  const { session, network, preprocessing, program } = await model.heatMaps();
  const meant = layersMeant(network, job.layer);
  const [pixels, upright] = await Promise.all([decodeImage(job.image, preprocessing), uprightSize(job.image)]);
  const { logits } = program;
  const weights = job.classIndex === null ? new Float32Array(logits) : logitWeights(logits, job.classIndex);
  const mapOf = (layer: string): LayerMap => {
    const { map, probabilities } = session.run(heatMapSignature(layer), {
      images: { data: [pixels], shape: [] },
      weights: { data: weights, shape: [1, logits] },
      predicted: { data: Float32Array.of(job.classIndex === null ? 1 : 0), shape: [] },
    });
    if (!(map?.data instanceof Float32Array) || !(probabilities?.data instanceof Float32Array)) {
      throw new TypeError('The program gave no heat-map.');
    }
    const [, height = 0, width = 0] = map.shape;
    return { layer, height, width, values: map.data, probabilities: probabilities.data };
  };
  const said = ({ values }: LayerMap): number => values.reduce((sum, value) => sum + value, 0);
  const maps = meant.map(({ name }) => mapOf(name));
  const found = maps.reduce((most, map) => (said(map) > said(most) ? map : most));
  return {
    ...found,
    classIndex: job.classIndex ?? largestIndex(found.probabilities),
    ...scaledToOne(found.values),
    region: seenRegion(upright, preprocessing),
  };
}
