import type { Request, Response } from '../../shared/contract/endpoint.ts';
import type { TensorInspection } from '../../shared/contract/inspection.ts';
import type { TrainingPlan } from '../../shared/contract/plan.ts';
import type { LayerState } from '../../shared/contract/run.ts';
import { ThawError } from '../../shared/errors/thaw-error.ts';
import type { Network, TensorSpecification } from '../network/layer.ts';
import { readModelFile } from '../training/model-file.ts';
import { headWeights, type HeadWeights } from '../weights/head-weights.ts';
import { asPlanned } from '../weights/mapping/mapping-rule.ts';
import { withNetworkNames } from '../weights/network-names.ts';
import type { WeightsFile } from '../weights/weights-file.ts';
import type { ServiceContext } from './context.ts';
import { inspectRunLayer } from './inspect-layer-run.ts';
import { aboutTensor, described, fileOrigin, findLayer, initialiserOrigin } from './inspect-layer-tensor.ts';
import { draftPlan } from './preview-plan-draft.ts';
import { assertNamedWeights } from './named-weights.ts';
import { weightsPath } from './weights-path.ts';

const BEFORE_TRAINING = { unchanged: null, proof: null, drift: null } as const;

/** The names of the classes of the run that weights come from; null where a file does not say them. */
async function ownClasses(context: ServiceContext, { weights }: TrainingPlan): Promise<readonly string[] | null> {
  return weights.kind === 'run' ? (await readModelFile(context.runDirectory(weights.runId))).classes : null;
}

/** A tensor before any training: from the weight file where it fits there, else from its initialiser. */
function beforeTraining(
  tensor: TensorSpecification,
  layer: LayerState,
  network: Network,
  seed: number,
  file: WeightsFile | null,
  head: HeadWeights | null,
): TensorInspection {
  const entry = network.pretrained.has(tensor.layer) ? file?.tensors.get(tensor.name) : undefined;
  const about = aboutTensor(tensor, layer);
  const kept = head?.tensors.get(tensor.name);
  if (file && kept) {
    const { values, remark } = described(kept.read());
    return { ...about, origin: `${fileOrigin(file, kept.entry.storedName)}${remark}`, values, ...BEFORE_TRAINING };
  }
  if (!file || entry?.shape.join() !== tensor.shape.join()) {
    return { ...about, origin: initialiserOrigin(tensor, seed), values: null, ...BEFORE_TRAINING };
  }
  const { values, remark } = described(file.read(tensor.name));
  return { ...about, origin: `${fileOrigin(file, entry.storedName)}${remark}`, values, ...BEFORE_TRAINING };
}

/**
 * The tensors of one layer: before training as a plan would begin with them, or with `runId` as that run's best checkpoint
 * holds them. Everything is read by Thaw's own readers, one tensor at a time, each of the size that the network says.
 *
 * @throws ThawError `network.unknown`, `usage.noMatch` for a layer that is not there, `run.unknown`, `training.checkpoint`, or
 *   what is wrong with the weights
 */
export async function inspectLayer(
  context: ServiceContext,
  { layer: name, plan: request, runId }: Request<'layer.inspect'>,
): Promise<Response<'layer.inspect'>> {
  if (runId !== undefined) return inspectRunLayer(context, runId, name);
  const draft = await draftPlan(context, { ...request });
  const { plan, network, freeze, problems, features } = draft;
  const wrong = problems.find(({ field }) => field === 'network' || field === 'weights');
  if (!network || !freeze || wrong) {
    throw new ThawError(
      'usage.invalid',
      wrong?.message ?? 'A layer belongs to a network; this plan names none.',
      wrong?.hint ?? 'Choose a network.',
    );
  }
  const { layer, tensors } = findLayer(network, freeze.states, name);
  const path = tensors.length > 0 ? await weightsPath(context, plan) : null;
  const own = path === null ? null : await ownClasses(context, plan);
  const inspect = (given: WeightsFile | null): TensorInspection[] => {
    const planned = given && asPlanned(given, plan.weights);
    const file = planned && withNetworkNames(network, planned);
    const head =
      planned &&
      draft.dataset &&
      headWeights(network, planned, { wanted: draft.dataset.classes, own, anew: plan.newHead });
    return tensors.map((tensor) => beforeTraining(tensor, layer, network, plan.seed, file, head));
  };
  if (path !== null && features && draft.request.weights === undefined) {
    await assertNamedWeights(context, plan.weights, features.description);
  }
  return { layer, tensors: path === null ? inspect(null) : await context.weights.use(path, inspect) };
}
