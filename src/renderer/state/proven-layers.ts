import type { FrozenProof, LayerState } from '../../shared/contract/run.ts';

/** Frozen layers of which every proven tensor has the hash it had before. Tensors are named `<layer>/<role>`. */
export function provenLayers(layers: readonly LayerState[], proof: readonly FrozenProof[]): ReadonlySet<string> {
  const unchanged = new Map<string, boolean>();
  for (const { tensor, before, after } of proof) {
    const layer = tensor.slice(0, tensor.lastIndexOf('/'));
    unchanged.set(layer, (unchanged.get(layer) ?? true) && before === after);
  }
  const frozen = layers.filter((layer) => layer.state === 'frozen' && unchanged.get(layer.name) === true);
  return new Set(frozen.map((layer) => layer.name));
}
