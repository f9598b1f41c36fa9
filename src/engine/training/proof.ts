import type { FrozenProof } from '../../shared/contract/run.ts';
import type { FreezePlan } from '../freeze/freeze-plan.ts';
import type { Network } from '../network/layer.ts';
import { isStatistic, networkTensors } from '../network/shape.ts';
import { openTensorFlowCheckpoint } from '../weights/tensorflow-checkpoint.ts';
import { tensorHash } from './tensor-hash.ts';

/** Names of all tensors that nothing may change: those of layers that do not train, and BatchNorm statistics that are kept. */
export function frozenTensors(
  network: Network,
  { trainable, movingStatistics }: Pick<FreezePlan, 'trainable' | 'movingStatistics'>,
): readonly string[] {
  return networkTensors(network)
    .filter((tensor) => !(isStatistic(tensor) ? movingStatistics : trainable).has(tensor.layer))
    .map(({ name }) => name);
}

/**
 * Holds the frozen tensors of a checkpoint on disk against what they were before the first step. The file is read by our
 * own reader, so that neither the session's memory nor its word counts.
 *
 * @param prefix of the native checkpoint's files
 * @param before SHA-256 by tensor
 */
export async function proveFrozen(
  prefix: string,
  before: Readonly<Record<string, string>>,
): Promise<{ readonly proof: readonly FrozenProof[]; readonly unchanged: boolean }> {
  const file = await openTensorFlowCheckpoint(prefix);
  try {
    const proof = Object.entries(before).map(([tensor, hash]) => ({
      tensor,
      before: hash,
      after: tensorHash(file.read(tensor)),
    }));
    return { proof, unchanged: proof.every((entry) => entry.before === entry.after) };
  } finally {
    file.close();
  }
}
