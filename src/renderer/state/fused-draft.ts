import { fusedNames, fusionName } from '../../shared/contract/fused-network.ts';
import { FUSED_PARTS } from '../../shared/contract/plan.ts';
import type { PartReference, WeightsReference } from '../../shared/contract/plan-request.ts';
import { fusion as words } from '../strings/fusion.ts';
import { fileName } from './file-name.ts';
import type { ChosenWeights } from './plan-draft.ts';

/** Weights of one part as they were chosen, with the words they are shown by. */
export interface ChosenPart {
  readonly reference: PartReference;
  readonly label: string;
}

/** One of the networks under the classifier; without weights of its own it begins with those that ship. */
export interface PartDraft {
  readonly network: string;
  readonly weights: ChosenPart | null;
}

/** Whether one more network may stand beside so many. */
export function takesOneMore(parts: readonly PartDraft[]): boolean {
  return parts.length < FUSED_PARTS.most;
}

/** Whether a network consists of several. */
export function isFused(network: string | null): boolean {
  return network !== null && fusedNames(network) !== null;
}

function labelOf(reference: PartReference): string {
  switch (reference.kind) {
    case 'published':
      return reference.name;
    case 'run':
      return reference.runId;
    case 'file':
      return fileName(reference.path);
    case 'granted':
    case 'shipped':
      return words.chosen;
  }
}

function isOfOne(reference: WeightsReference): reference is PartReference {
  return reference.kind !== 'fused' && reference.kind !== 'none' && reference.kind !== 'ofRun';
}

/** The networks that a plan trains side by side, or the only one, each with its weights. */
export function partsOf(network: string, weights: ChosenWeights | null): readonly PartDraft[] {
  const names = fusedNames(network);
  if (names === null) {
    const own = weights !== null && isOfOne(weights.reference) ? weights.reference : null;
    return [{ network, weights: own && { reference: own, label: weights?.label ?? '' } }];
  }
  const references = weights?.reference.kind === 'fused' ? weights.reference.parts : [];
  return names.map((name, place) => {
    const reference = references[place];
    if (reference === undefined || reference.kind === 'shipped') return { network: name, weights: null };
    return { network: name, weights: { reference, label: weights?.labels?.[place] ?? labelOf(reference) } };
  });
}

/** The weights of all parts together; null where each begins with those that ship. */
export function weightsOfParts(parts: readonly PartDraft[]): ChosenWeights | null {
  const [only, ...others] = parts;
  if (only !== undefined && others.length === 0) return only.weights;
  if (parts.every(({ weights }) => weights === null)) return null;
  const labels = parts.map(({ weights }) => weights?.label ?? '');
  return {
    reference: { kind: 'fused', parts: parts.map(({ weights }) => weights?.reference ?? { kind: 'shipped' }) },
    label: words.ofEach,
    labels,
  };
}

/** How the network of those is called: the only one by its own name. */
export function networkOfParts(parts: readonly PartDraft[]): string | null {
  const names = parts.map(({ network }) => network);
  return names.length > 1 ? fusionName(names) : (names[0] ?? null);
}
