import type { LayerGauge } from '../../../shared/contract/layer-metrics.ts';
import type { FrozenProof, LayerState } from '../../../shared/contract/run.ts';
import { runs } from '../../strings/runs.ts';

/** How many of a layer's or block's frozen tensors were proven the same, and how many were not. */
export interface ProofCount {
  readonly unchanged: number;
  readonly changed: number;
}

export interface LayerRow {
  readonly layer: LayerState;
  readonly proof: ProofCount;
}

export interface LayerBlock {
  readonly name: string;
  readonly rows: readonly LayerRow[];
  readonly parameters: number;
  /** `none` where nothing in it has parameters. */
  readonly state: 'frozen' | 'trainable' | 'mixed' | 'none';
  readonly proof: ProofCount;
}

/** The layer that a tensor `<layer>/<role>` is of. */
function layerOfTensor(tensor: string): string {
  const end = tensor.lastIndexOf('/');
  return end === -1 ? tensor : tensor.slice(0, end);
}

function countProof(proof: readonly FrozenProof[]): ProofCount {
  const unchanged = proof.filter(({ before, after }) => before === after).length;
  return { unchanged, changed: proof.length - unchanged };
}

/** A run's layers by block, in the network's order, each with the proof of its frozen tensors. */
export function layerBlocks(layers: readonly LayerState[], proof: readonly FrozenProof[]): LayerBlock[] {
  const byLayer = groupBy(proof, ({ tensor }) => layerOfTensor(tensor));
  const blocks = groupBy(layers, ({ block }) => block);
  return [...blocks].map(([name, members]) => {
    const rows = members.map((layer) => ({ layer, proof: countProof(byLayer.get(layer.name) ?? []) }));
    const weighty = members.filter(({ parameters }) => parameters > 0);
    const frozen = weighty.filter(({ state }) => state === 'frozen').length;
    const state =
      weighty.length === 0 ? 'none' : frozen === weighty.length ? 'frozen' : frozen === 0 ? 'trainable' : 'mixed';
    return {
      name,
      rows,
      parameters: members.reduce((sum, { parameters }) => sum + parameters, 0),
      state,
      proof: {
        unchanged: rows.reduce((sum, row) => sum + row.proof.unchanged, 0),
        changed: rows.reduce((sum, row) => sum + row.proof.changed, 0),
      },
    };
  });
}

/** What was proven of frozen tensors, in words; empty where nothing was. */
export function provenWords({ unchanged, changed }: ProofCount): string {
  if (changed > 0) return runs.layers.broken(changed);
  return unchanged > 0 ? runs.layers.proven(unchanged) : '';
}

/** How far the layer has gone that went furthest; null where none of them was looked at. */
export function greatestDrift(gauges: ReadonlyMap<string, LayerGauge>, layers: Iterable<string>): number | null {
  const drifts = [...layers].flatMap((layer) => gauges.get(layer)?.drift ?? []);
  return drifts.length === 0 ? null : drifts.reduce((most, drift) => Math.max(most, drift));
}

/** `Map.groupBy`, which the stand-in runtime does not have. */
function groupBy<Item>(items: readonly Item[], keyOf: (item: Item) => string): Map<string, Item[]> {
  const groups = new Map<string, Item[]>();
  for (const item of items) {
    const key = keyOf(item);
    const group = groups.get(key);
    if (group) group.push(item);
    else groups.set(key, [item]);
  }
  return groups;
}
