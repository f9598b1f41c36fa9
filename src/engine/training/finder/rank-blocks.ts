import type { BlockGradient, NextBlock } from '../../../shared/contract/finders.ts';
import type { FreezeRule } from '../../../shared/contract/plan.ts';
import type { EpochMetrics } from '../../../shared/contract/run.ts';
import type { Gradients, LayerGradient } from './finder-protocol.ts';

/** A boundary block that would move by less than this share of what trains is not where there is most to learn. */
const WORTH_THAWING = 0.01;
/** A validation loss that fell by this share in the last epoch is still falling. */
const STILL_FALLING = 0.02;

/** What a run is known by beside its gradients. */
export interface Trained {
  /** By layer, how far its weights have gone from the first ones, relative to these. */
  readonly drift: ReadonlyMap<string, number>;
  readonly history: readonly Pick<EpochMetrics, 'epoch' | 'val_loss'>[];
  /** Those that the branch begins with. */
  readonly rules: readonly FreezeRule[];
}

function inWords(value: number): string {
  return Number(value.toPrecision(2)).toString();
}

function norm(layers: readonly LayerGradient[], squares: 'gradientSquares' | 'weightSquares'): number {
  return Math.sqrt(layers.reduce((sum, layer) => sum + layer[squares], 0));
}

/** That of the block, its layers weighed by what their weights amount to; null where no layer has any. */
function blockDrift(layers: readonly LayerGradient[], drift: Trained['drift']): number | null {
  const known = layers.filter(({ layer }) => drift.has(layer));
  const weights = known.reduce((sum, { weightSquares }) => sum + weightSquares, 0);
  if (known.length === 0 || weights === 0) return null;
  const ways = known.reduce((sum, { layer, weightSquares }) => sum + (drift.get(layer) ?? 0) ** 2 * weightSquares, 0);
  return Math.sqrt(ways / weights);
}

function gradientOf(block: string, layers: readonly LayerGradient[], drift: Trained['drift']): BlockGradient {
  const trained = layers.filter((layer) => layer.trained).length;
  const [gradientNorm, weightNorm] = [norm(layers, 'gradientSquares'), norm(layers, 'weightSquares')];
  return {
    block,
    trained: trained === layers.length ? 'all' : trained > 0 ? 'some' : 'none',
    parameters: layers.reduce((sum, { parameters }) => sum + parameters, 0),
    gradientNorm,
    weightNorm,
    relative: weightNorm > 0 ? gradientNorm / weightNorm : null,
    drift: blockDrift(layers, drift),
  };
}

/** By what share the validation's loss fell in the last epoch; 0 where it is not the best so far. */
function lastFall(history: Trained['history']): number {
  const [before, last] = history.slice(-2);
  if (!before || !last || history.some(({ val_loss }) => val_loss < last.val_loss)) return 0;
  return before.val_loss > 0 ? (before.val_loss - last.val_loss) / before.val_loss : 0;
}

/** How far what trained has gone, in words; nothing where nobody measured. */
function driftWords(blocks: readonly BlockGradient[]): string {
  const gone = blocks.filter(({ trained, drift }) => trained !== 'none' && drift !== null);
  const furthest = gone.toSorted((a, b) => (b.drift ?? 0) - (a.drift ?? 0))[0];
  if (!furthest) return '';
  const each = gone.length === 1 ? 'What trained,' : 'Of what trained, most moved';
  return ` ${each} '${furthest.block}', has gone ${inWords(furthest.drift ?? 0)} of its first weights' norm.`;
}

/**
 * Ranks the frozen blocks of a run by their gradient relative to their weights, a criterion of Lee et al.
 * (arXiv:2210.11466, Auto-RGN), and says what to do next: thaw the one at the boundary, from which blocks are thawed downwards
 * (Howard and Ruder, arXiv:1801.06146), or go on with what trains.
 */
export function rankBlocks(
  { layers }: Pick<Gradients, 'layers'>,
  { drift, history, rules }: Trained,
): Pick<NextBlock, 'blocks' | 'ranking' | 'suggestion'> {
  const grouped = Map.groupBy(layers, ({ block }) => block);
  const blocks = [...grouped].map(([block, own]) => gradientOf(block, own, drift));
  const frozen = blocks.filter(({ trained }) => trained === 'none');
  const ranked = frozen.toSorted((a, b) => (b.relative ?? 0) - (a.relative ?? 0));
  const ranking = ranked.map(({ block }) => block);
  const next = frozen.at(-1);
  const [most] = ranked;
  const gone = driftWords(blocks);
  if (!next || !most) {
    const partly = blocks.some(({ trained }) => trained === 'some');
    const words = partly
      ? 'No block is frozen as a whole; what is frozen are single layers of blocks that train.'
      : 'All blocks train already: there is none to thaw.';
    return { blocks, ranking, suggestion: { kind: 'allThawed', words: words + gone } };
  }
  const learning = layers.filter(({ trained }) => trained);
  const relative = next.relative ?? 0;
  const weights = norm(learning, 'weightSquares');
  const ofTrained = weights > 0 ? norm(learning, 'gradientSquares') / weights : 0;
  const suggested = { block: next.block, rules: [...rules, { action: 'thaw', pattern: next.block } as const] };
  const figure = `its gradient is ${inWords(relative)} of its weights' norm`;
  const compared = `that of what trains ${inWords(ofTrained)}`;
  const fall = lastFall(history);
  if (fall >= STILL_FALLING) {
    const words = `Train on first: in its last epoch the validation's loss was the least so far and still fell by ${inWords(100 * fall)} %. '${next.block}' would be next: ${figure}, ${compared}.${gone}`;
    return { blocks, ranking, suggestion: { kind: 'trainOn', ...suggested, words } };
  }
  if (relative < WORTH_THAWING * ofTrained) {
    const words = `Train on first: of '${next.block}', which would be next, ${figure}, and ${compared}, so that there is more to learn above the boundary.${gone}`;
    return { blocks, ranking, suggestion: { kind: 'trainOn', ...suggested, words } };
  }
  const place =
    most === next
      ? frozen.length === 1
        ? ', the only frozen block'
        : `, of the ${frozen.length} frozen blocks also the one that would move most`
      : '';
  const below =
    most === next
      ? ''
      : ` '${most.block}' further down would move more, by ${inWords(most.relative ?? 0)}, but would change what all blocks between have been trained for.`;
  const words = `Thaw '${next.block}' next: it lies at the boundary${place}; ${figure}, and ${compared}.${below}${gone}`;
  return { blocks, ranking, suggestion: { kind: 'thaw', ...suggested, words } };
}
