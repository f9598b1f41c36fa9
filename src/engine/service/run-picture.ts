import type { RunDetail } from '../../shared/contract/run.ts';
import { ThawError } from '../../shared/errors/thaw-error.ts';
import { histogramOf } from '../exchange/tensorboard/histogram.ts';
import { layerGraph } from '../exchange/tensorboard/layer-graph.ts';
import type { HistogramMessage } from '../exchange/tensorboard/messages.ts';
import type { RunPicture } from '../exchange/tensorboard/run-events.ts';
import type { Network } from '../network/layer.ts';
import { networkTensors } from '../network/shape.ts';
import { checkpointPrefix, readStateOf } from '../training/checkpoint.ts';
import path from 'node:path';
import type { ServiceContext } from './context.ts';
import { networkOfPlan } from './preview-plan-network.ts';

/** @returns null where an expected failure stands in the way, which is told as a warning */
async function unlessRefused<Result>(
  warnings: string[],
  what: string,
  work: () => Result | Promise<Result>,
): Promise<Result | null> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof ThawError)) throw error;
    warnings.push(`${what}: ${error.message}`);
    return null;
  }
}

async function weightsOf(
  context: ServiceContext,
  runId: string,
  network: Network,
): Promise<NonNullable<RunPicture['weights']>> {
  const prefix = await checkpointPrefix(context.runDirectory(runId), 'last');
  const { step } = await readStateOf(path.dirname(prefix));
  return context.weights.use(prefix, (file) => {
    const histograms = new Map<string, HistogramMessage>();
    for (const { name } of networkTensors(network)) {
      if (file.tensors.has(name)) histograms.set(name, histogramOf(file.read(name)));
    }
    return { step, histograms };
  });
}

/**
 * A run's layers as a graph and its last weights as distributions; what cannot be had any more is left out and told.
 *
 * @param warnings what is left out is added to them
 */
export async function runPicture(context: ServiceContext, run: RunDetail, warnings: string[]): Promise<RunPicture> {
  const { summary, plan, result, layers } = run;
  const { runId, createdAt } = summary;
  const endedAt = summary.endedAt ?? createdAt;
  const nothing = { startedAt: createdAt, endedAt, graph: null, weights: null };
  const classes = result.dataset?.classes.length;
  // A run that ended before its network was known has no layers to show.
  if (classes === undefined || layers.length === 0) return nothing;
  const network = await unlessRefused(warnings, `The graph of run '${runId}' is left out`, () =>
    networkOfPlan(plan, classes),
  );
  if (!network) return nothing;
  const graph = layerGraph(network, new Map(layers.map(({ name, state }) => [name, state])));
  const weights = await unlessRefused(warnings, `The weights of run '${runId}' are left out`, () =>
    weightsOf(context, runId, network),
  );
  return { startedAt: createdAt, endedAt, graph, weights };
}
