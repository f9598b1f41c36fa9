import type { Request, Response } from '../../shared/contract/endpoint.ts';
import type { FreezeRule, LearningRateRule } from '../../shared/contract/plan.ts';
import type { TrainingStageRequest } from '../../shared/contract/plan-request.ts';
import { ThawError } from '../../shared/errors/thaw-error.ts';
import { DEFAULT_NETWORK, findNetwork } from '../network/registry.ts';
import { networkTensors } from '../network/shape.ts';
import { usualLearningRate } from './default-plan.ts';

/** A thawed network forgets what it knew at the rate that a head learns by. */
const THAWED_SHARE = 0.1;
/** What each layer's rate is of the one above it: Howard and Ruder, arXiv:1801.06146, section 3.2. */
const DISCRIMINATIVE_FACTOR = 1 / 2.6;
const STAGE_EPOCHS = 5;
const LAST_BLOCKS = 2;
/** Rates below that are those of a frozen layer. */
const SMALLEST_FACTOR = 1e-6;

/** The blocks of a network that can be thawed, from the top. */
function thawableBlocks(network: string): readonly string[] {
  const built = findNetwork(network).build();
  const withTensors = new Set(networkTensors(built).map(({ layer }) => layer));
  const blocks = built.layers.flatMap(({ name, block, kind }) =>
    withTensors.has(name) && kind !== 'foreignGraph' ? [block] : [],
  );
  return [...new Set(blocks)].reverse();
}

const thaw = (blocks: readonly string[]): FreezeRule[] =>
  blocks.map((pattern) => ({ action: 'thaw', pattern }) as const);

/** Each block learns more slowly than the one above it, the head above them all. */
function slowerBelow(blocks: readonly string[]): LearningRateRule[] {
  return blocks.map((pattern, below) => ({
    pattern,
    factor: Math.max(SMALLEST_FACTOR, DISCRIMINATIVE_FACTOR ** (below + 1)),
  }));
}

/**
 * Stages made of a network's blocks: see `StagePreset`.
 *
 * @throws ThawError `network.unknown`, or `usage.invalid` for a network that has no layers to thaw
 */
export function stagesOfPreset({
  network = DEFAULT_NETWORK,
  preset,
  blocks,
  epochs = STAGE_EPOCHS,
  learningRate,
  optimizer = 'sgd',
  discriminative = false,
}: Request<'plans.stagePreset'>): Response<'plans.stagePreset'> {
  const all = thawableBlocks(network);
  if (all.length === 0) {
    throw new ThawError(
      'usage.invalid',
      `Stages thaw a network block by block; '${findNetwork(network).name}' has none whose layers could be trained.`,
      'Train a head upon it in one piece.',
    );
  }
  const rate = learningRate ?? usualLearningRate('features', optimizer);
  const thawed = (name: string, own: readonly string[]): TrainingStageRequest => ({
    name,
    strategy: 'features',
    rules: thaw(own),
    epochs,
    learningRate: rate * THAWED_SHARE,
    learningRateRules: discriminative ? slowerBelow(own) : [],
    begins: 'best',
  });
  const head: TrainingStageRequest = {
    name: 'head',
    strategy: 'features',
    rules: [],
    epochs,
    learningRate: rate,
    learningRateRules: [],
    begins: 'best',
  };
  if (preset === 'headLastAll') {
    const last = all.slice(0, blocks ?? LAST_BLOCKS);
    const stages = [head, thawed('last blocks', last)];
    return { stages: last.length < all.length ? [...stages, thawed('all', all)] : stages };
  }
  const count = Math.min(blocks ?? all.length, all.length);
  const steps = Array.from({ length: count }, (_, step) => all.slice(0, step + 1));
  return { stages: [head, ...steps.map((own) => thawed(`from ${own.at(-1) ?? ''}`.slice(0, 60), own))] };
}
