import type { ComparedLayer } from '../../../../shared/contract/compare.ts';

type State = 'frozen' | 'trainable' | 'mixed' | 'none' | 'absent';

/** Layers that follow one another in one block, and what each run made of the block. */
export interface MaskBlock {
  readonly id: string;
  readonly name: string;
  readonly layers: readonly ComparedLayer[];
  /** One for each run; `absent` where its network has none of the layers, `none` where there is nothing to train. */
  readonly states: readonly State[];
  /** How many of its layers differ. */
  readonly differing: number;
}

/** What a run made of layers, of those that have something to train. */
function stateOf(layers: readonly ComparedLayer[], run: number): State {
  const own = layers.flatMap(({ states }) => states[run] ?? []);
  if (own.length === 0) return 'absent';
  const weighty = own.filter(({ parameters }) => parameters > 0);
  if (weighty.length === 0) return 'none';
  const frozen = weighty.filter(({ state }) => state === 'frozen').length;
  return frozen === weighty.length ? 'frozen' : frozen === 0 ? 'trainable' : 'mixed';
}

/** What a run made of one layer. */
export function layerMask({ states }: ComparedLayer, run: number): State {
  const own = states[run];
  if (!own) return 'absent';
  return own.parameters === 0 ? 'none' : own.state;
}

/** Aligned layers by block, in their order; a block that others stand amid comes in several parts. */
export function maskBlocks(layers: readonly ComparedLayer[], runs: number): MaskBlock[] {
  const groups: ComparedLayer[][] = [];
  for (const layer of layers) {
    const last = groups.at(-1);
    if (last?.[0]?.block === layer.block) last.push(layer);
    else groups.push([layer]);
  }
  return groups.map((own, place) => ({
    id: `${place} ${own[0]?.block ?? ''}`,
    name: own[0]?.block ?? '',
    layers: own,
    states: Array.from({ length: runs }, (_, run) => stateOf(own, run)),
    differing: own.filter(({ differs }) => differs).length,
  }));
}
