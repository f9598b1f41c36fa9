import type { FileEntry } from '../../shared/contract/file-entry.ts';
import type { WeightsReference } from '../../shared/contract/plan-request.ts';

/** Weights whose tensors may be looked for under other names. */
export type RenamedReference = Extract<WeightsReference, { kind: 'granted' | 'published' }>;

export function canBeRenamed(weights: WeightsReference | null): weights is RenamedReference {
  return weights?.kind === 'granted' || weights?.kind === 'published';
}

export function rulesOf(weights: WeightsReference | null): readonly string[] {
  return canBeRenamed(weights) ? (weights.mapping ?? []) : [];
}

/** The same weights with other rules; without any, the reference says nothing of them. */
export function withRules(weights: RenamedReference, mapping: readonly string[]): RenamedReference {
  if (mapping.length > 0) return { ...weights, mapping: [...mapping] };
  const { kind } = weights;
  return kind === 'granted' ? { kind, grantId: weights.grantId } : { kind, name: weights.name };
}

/**
 * The weights in a file, as they are chosen.
 *
 * @param mappings rules for the names in them, by the part of a network
 * @param part of a fused network, from 0; the only one of others
 */
export function weightsIn(
  { grantId, name }: Pick<FileEntry, 'grantId' | 'name'>,
  mappings: readonly (readonly string[])[],
  part = 0,
) {
  return { reference: withRules({ kind: 'granted', grantId }, mappings[part] ?? []), label: name };
}

/** Whether they are the same weights, whatever the rules. */
export function areSameWeights(one: WeightsReference | null, other: WeightsReference | null): boolean {
  const plain = (weights: WeightsReference | null): unknown =>
    canBeRenamed(weights) ? withRules(weights, []) : weights;
  return JSON.stringify(plain(one)) === JSON.stringify(plain(other));
}

/** Whether they are the same rules in the same order. */
export function areSameRules(one: readonly string[], other: readonly string[]): boolean {
  return one.length === other.length && one.every((text, place) => text === other[place]);
}
