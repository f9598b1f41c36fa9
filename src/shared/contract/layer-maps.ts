import { z } from 'zod';
import { channelStatistics } from './activations.ts';

/** As many channels as a page may have. */
export const MOST_MAPS = 64;
/** The longest side of a map, in places. */
export const LARGEST_MAP = 64;

/** One page of what a layer makes of an image, small enough to be looked at. */
export const layerMaps = z.strictObject({
  /** Of the registry. */
  network: z.string(),
  layer: z.string(),
  /** As it was given; the name of a granted file. */
  path: z.string(),
  /** Without the batch: [height, width, channels], or [features]. */
  shape: z.array(z.int()),
  /** Over all places of all channels. */
  whole: channelStatistics.pick({ mean: true, minimum: true, maximum: true, zeros: true }),
  /** The first channel of the page. */
  offset: z.int(),
  /** Those of the page. */
  channels: z.array(channelStatistics),
  /** Of each map: the layer's own sizes, or smaller ones, of which each place is the mean of those it stands for. */
  height: z.int(),
  width: z.int(),
  /** [channels of the page, height, width], row-major: 0 is the channel's minimum, 255 its maximum. */
  maps: z.instanceof(Uint8Array),
});
export type LayerMaps = z.infer<typeof layerMaps>;
