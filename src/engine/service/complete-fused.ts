import type { PartWeights, WeightsSource } from '../../shared/contract/plan.ts';
import { ThawError } from '../../shared/errors/thaw-error.ts';
import type { NetworkEntry } from '../network/registry.ts';

function invalid(message: string, hint: string): ThawError {
  return new ThawError('usage.invalid', message, hint);
}

/** What a part begins with where nothing was said of it. */
function shippedPart({ name, shipped }: NetworkEntry): PartWeights {
  if (shipped !== null) return { kind: 'shipped' };
  throw invalid(
    `A fused network needs pretrained weights for each of its parts, and none ship for '${name}'.`,
    'Pass --weights for each part, in their order: a file, run:ID, published:NAME, or shipped.',
  );
}

/**
 * The weights of a fused network: those of each part, those that ship where nothing was said, or a run of the very network.
 *
 * @returns null where neither network nor weights are of several parts
 * @throws ThawError `usage.invalid` for weights of another number of parts
 */
export function completeFused(
  requested: WeightsSource | undefined,
  { name, parts }: NetworkEntry,
): WeightsSource | null {
  if (!parts) {
    if (requested?.kind !== 'fused') return null;
    throw invalid(
      `'${name}' is one network; received weights of ${requested.parts.length}.`,
      "Name one source of weights, or fuse networks: --network 'fusion_A+B'.",
    );
  }
  if (requested === undefined || requested.kind === 'shipped') {
    return { kind: 'fused', parts: parts.map(({ entry }) => shippedPart(entry)) };
  }
  if (requested.kind === 'run') return requested;
  if (requested.kind !== 'fused' || requested.parts.length !== parts.length) {
    throw invalid(
      `'${name}' begins with weights for each of its ${parts.length} parts; received ${requested.kind === 'fused' ? `${requested.parts.length} sources` : 'one source'}.`,
      `Name them in the order of its parts: ${parts.map(({ entry }) => entry.name).join(', ')}.`,
    );
  }
  requested.parts.forEach((part, index) => {
    const own = parts[index]?.entry;
    if (part.kind === 'shipped' && own) shippedPart(own);
  });
  return requested;
}
