import type { LayerInspection, TensorInspection } from '../../shared/contract/inspection.ts';
import type { LoadReport, RunDetail } from '../../shared/contract/run.ts';
import type { WeightsSource } from '../../shared/contract/plan.ts';
import { ThawError } from '../../shared/errors/thaw-error.ts';
import { readRun } from '../experiment/run-reader.ts';
import type { Network, TensorSpecification } from '../network/layer.ts';
import { checkpointPrefix } from '../training/checkpoint.ts';
import { initialValue } from '../weights/initialise.ts';
import { asPlanned } from '../weights/mapping/mapping-rule.ts';
import { withNetworkNames } from '../weights/network-names.ts';
import type { ServiceContext } from './context.ts';
import { aboutTensor, described, fileOrigin, findLayer, initialiserOrigin, shortPath } from './inspect-layer-tensor.ts';
import { driftOf } from './inspect-layer-values.ts';
import { networkOfPlan } from './preview-plan-network.ts';

/** How a tensor began; `values` are null where nobody knows them any more. */
interface FirstValue {
  readonly origin: string;
  readonly values: Float32Array | null;
}

/**
 * The first values of tensors that a file filled, as long as the file is still the one that the run read.
 *
 * @returns null where it is gone or another
 */
async function fromFile(
  context: ServiceContext,
  network: Network,
  weights: WeightsSource,
  report: LoadReport,
  names: readonly string[],
): Promise<ReadonlyMap<string, FirstValue> | null> {
  try {
    return await context.weights.use(report.source, (given) => {
      if (given.sha256 !== report.sha256) return null;
      const file = withNetworkNames(network, asPlanned(given, weights));
      return new Map(
        names.map((name) => {
          const storedName = file.tensors.get(name)?.storedName ?? name;
          return [name, { origin: fileOrigin(file, storedName), values: file.read(name) }];
        }),
      );
    });
  } catch (error) {
    if (error instanceof ThawError) return null;
    throw error;
  }
}

async function firstValues(
  context: ServiceContext,
  network: Network,
  { plan, loadReport }: RunDetail,
  tensors: readonly TensorSpecification[],
): Promise<ReadonlyMap<string, FirstValue>> {
  const loaded = new Set(loadReport?.loaded);
  const names = tensors.map(({ name }) => name).filter((name) => loaded.has(name));
  const found =
    loadReport && names.length > 0 ? await fromFile(context, network, plan.weights, loadReport, names) : null;
  return new Map(
    tensors.map((tensor): readonly [string, FirstValue] => {
      if (!loaded.has(tensor.name)) {
        return [tensor.name, { origin: initialiserOrigin(tensor, plan.seed), values: initialValue(tensor, plan.seed) }];
      }
      const gone = `${shortPath(loadReport?.source ?? '')} (since changed or moved)`;
      return [tensor.name, found?.get(tensor.name) ?? { origin: gone, values: null }];
    }),
  );
}

/**
 * The tensors of one layer as a run's best checkpoint holds them, each with what it was before where that is still known:
 * its proof of freezing, and how far it has drifted.
 *
 * @throws ThawError `run.unknown`, `training.checkpoint`, `usage.noMatch`, `weights.unreadable`
 */
export async function inspectRunLayer(context: ServiceContext, runId: string, name: string): Promise<LayerInspection> {
  const run = readRun(context.log, runId);
  const { plan, proof, result } = run;
  const prefix = await checkpointPrefix(context.runDirectory(runId), 'best');
  const network = networkOfPlan(plan, result.dataset?.classes.length ?? 0);
  const { layer, tensors } = findLayer(network, run.layers, name);
  if (tensors.length === 0) return { layer, tensors: [] };
  const first = await firstValues(context, network, run, tensors);
  return context.weights.use(prefix, (file) => ({
    layer,
    tensors: tensors.map((tensor): TensorInspection => {
      const values = file.read(tensor.name);
      const began = first.get(tensor.name);
      const proven = proof.find((entry) => entry.tensor === tensor.name);
      const { values: statistics, remark } = described(values);
      return {
        ...aboutTensor(tensor, layer),
        origin: `${began?.origin ?? ''}${remark}`,
        values: statistics,
        unchanged: proven ? proven.before === proven.after : null,
        proof: proven ? { before: proven.before, after: proven.after } : null,
        drift: began?.values ? driftOf(began.values, values) : null,
      };
    }),
  }));
}
