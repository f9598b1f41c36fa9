import { existsSync } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { explainDiskError } from '../../shared/errors/thaw-error.ts';
import type { Introspection } from '../graph/introspection.ts';
import type { Feed, Output, Session } from '../runtime/session.ts';
import type { Feeds } from './batch-source.ts';
import { checkpointsDirectory } from './checkpoint.ts';
import { publishFolder } from './durable.ts';

/** What a step shows of one layer with weights. */
export interface LayerFigures {
  readonly layer: string;
  /** L2 norm of the loss' gradient by all that learns in the layer, before it is clipped or decayed; null where nothing does. */
  readonly gradientNorm: number | null;
  /** ‖w − w₀‖ / ‖w₀‖ over the layer's weights as the step found them; null where all of them began at zero and moved. */
  readonly drift: number | null;
}

/** Among a run's checkpoints, the weights from before its first step. */
export const FIRST_FOLDER = 'first';

function firstFolder(runDirectory: string): string {
  return path.join(checkpointsDirectory(runDirectory), FIRST_FOLDER);
}

function prefixFeed(folder: string): Feed {
  return { data: [Buffer.from(path.join(folder, 'checkpoint'))], shape: [] };
}

/**
 * Writes the weights above the cut as they are now, for the drift to be measured from; a resumed run goes on with those from
 * before its first step. On disk they cost no memory, and a step that is looked into reads them from the system's cache.
 *
 * @param anew takes the place of what is there: a stage has a cut of its own, and its drift is measured from its beginning
 * @throws ThawError `disk.full`, `disk.readOnly`
 */
export async function keepFirstWeights(session: Session, runDirectory: string, anew = false): Promise<void> {
  const target = firstFolder(runDirectory);
  if (existsSync(target) && !anew) return;
  const aside = `${target}.part`;
  try {
    await rm(aside, { recursive: true, force: true });
    await mkdir(aside, { recursive: true });
    session.run('keep_first', { prefix: prefixFeed(aside) });
    await rm(target, { recursive: true, force: true });
    await publishFolder(aside, target);
  } catch (error) {
    throw explainDiskError(error, 'keep the first weights');
  }
}

function byLayer(names: readonly string[], output: Output | undefined): ReadonlyMap<string, number> {
  const sums = new Map<string, number>();
  names.forEach((name, index) => {
    const layer = name.slice(0, name.lastIndexOf('/'));
    sums.set(layer, (sums.get(layer) ?? 0) + (output?.data[index] ?? NaN));
  });
  return sums;
}

/** Figures by layer from half the sums of squares by tensor. */
export function layerFigures(
  { learning, drifting }: Introspection,
  output: Readonly<Record<string, Output>>,
): readonly LayerFigures[] {
  const gradients = byLayer(learning, output['gradients']);
  const ways = byLayer(drifting, output['drift']);
  const first = byLayer(drifting, output['first']);
  return [...first].map(([layer, before]) => {
    const way = ways.get(layer) ?? NaN;
    const gradient = gradients.get(layer);
    return {
      layer,
      gradientNorm: gradient === undefined ? null : Math.sqrt(2 * gradient),
      drift: before > 0 ? Math.sqrt(way / before) : way === 0 ? 0 : null,
    };
  });
}

/** A step like any other that also tells of its layers. @param feeds those of `train` */
export function introspect(
  session: Session,
  introspection: Introspection,
  feeds: Feeds,
  runDirectory: string,
): { readonly output: Record<string, Output>; readonly layers: readonly LayerFigures[] } {
  const output = session.run('introspect', { ...feeds, prefix: prefixFeed(firstFolder(runDirectory)) });
  return { output, layers: layerFigures(introspection, output) };
}
