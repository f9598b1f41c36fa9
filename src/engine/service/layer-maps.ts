import type { Activations, ChannelStatistics } from '../../shared/contract/activations.ts';
import type { Request } from '../../shared/contract/endpoint.ts';
import type { LayerMaps } from '../../shared/contract/layer-maps.ts';
import { readResult } from '../experiment/run-reader.ts';
import { activationsOf, resolveSource } from './activations.ts';
import { channelMap, mapSize, placesOf } from './channel-maps.ts';
import type { ServiceContext } from './context.ts';
import { stampOf } from './opened-weights.ts';

/** What was computed last is kept for its other pages, so long after it was looked at. */
const KEPT_MILLISECONDS = 60_000;

interface Kept {
  readonly key: string;
  readonly activations: Activations;
  readonly forget: NodeJS.Timeout;
}

const kept = new WeakMap<ServiceContext, Kept>();

type Asked = Request<'activations.maps'>;

/** A run that went on since has other weights, and so has a file that was replaced. */
async function keyOf(context: ServiceContext, { source, image, layer }: Asked): Promise<string> {
  const values = await resolveSource(context, source);
  const state =
    values.kind === 'network'
      ? await stampOf(values.weights)
      : source.kind === 'run' && readResult(context.log, source.runId).history.length;
  return JSON.stringify([source, image, layer, state]);
}

function keep(context: ServiceContext, key: string, activations: Activations): void {
  clearTimeout(kept.get(context)?.forget);
  const forget = setTimeout(() => kept.delete(context), KEPT_MILLISECONDS).unref();
  kept.set(context, { key, activations, forget });
}

async function computed(context: ServiceContext, asked: Asked): Promise<Activations> {
  const { source, image, layer, taskId } = asked;
  const key = await keyOf(context, asked);
  const known = kept.get(context);
  const activations =
    known?.key === key
      ? known.activations
      : await context.tasks.run(taskId, 'image', ({ signal }) =>
          activationsOf(context, { source, image, layer, withValues: true }, signal),
        );
  keep(context, key, activations);
  return activations;
}

/** Over all channels, each of which has as many places as any other. */
function wholeOf(channels: readonly ChannelStatistics[]): LayerMaps['whole'] {
  const mean = (read: (channel: ChannelStatistics) => number): number =>
    channels.reduce((sum, channel) => sum + read(channel), 0) / channels.length;
  return {
    mean: mean((channel) => channel.mean),
    minimum: channels.reduce((least, { minimum }) => Math.min(least, minimum), Infinity),
    maximum: channels.reduce((most, { maximum }) => Math.max(most, maximum), -Infinity),
    zeros: mean(({ zeros }) => zeros),
  };
}

/**
 * What a layer makes of an image, channel by channel, as maps that can be looked at.
 *
 * @throws ThawError what `activationsOf` throws; `task.cancelled`
 */
export async function layerMapsOf(context: ServiceContext, asked: Asked): Promise<LayerMaps> {
  const { channels, values, ...about } = await computed(context, asked);
  const places = placesOf(about.shape);
  const size = mapSize(places, asked.size);
  const offset = Math.min(asked.offset, Math.max(0, channels.length - 1));
  const page = channels.slice(offset, offset + asked.limit);
  const maps = new Uint8Array(page.length * size.height * size.width);
  page.forEach((channel, index) => {
    const map = channelMap(values ?? new Float32Array(), places, offset + index, channel, size);
    maps.set(map, index * map.length);
  });
  return { ...about, whole: wholeOf(channels), offset, channels: page, ...size, maps };
}
