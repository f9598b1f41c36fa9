import type { LayerState } from '../../shared/contract/run.ts';
import { togglable, type Target } from './layer-rules.ts';

export type NodeState = 'frozen' | 'trainable' | 'mixed' | 'none';

/** The unit that the network's family defines, with its layers in the network's order. */
export interface Block {
  readonly name: string;
  readonly layers: readonly LayerState[];
  readonly state: NodeState;
  readonly parameters: number;
  readonly outputShape: readonly number[];
}

/** One line of the tree; `position` and `size` count among its siblings, from 1. */
export interface Row {
  readonly key: string;
  readonly name: string;
  readonly target: Target;
  readonly state: NodeState;
  readonly parameters: number;
  readonly outputShape: readonly number[];
  readonly level: 1 | 2;
  readonly position: number;
  readonly size: number;
  /** null for what has nothing to unfold. */
  readonly expanded: boolean | null;
  readonly parent: string | null;
}

export interface Folding {
  readonly expanded: ReadonlySet<string>;
  /** Names found by a search; null where nothing is searched for. A search unfolds what it finds. */
  readonly found: ReadonlySet<string> | null;
}

export function stateOf(layers: readonly LayerState[]): NodeState {
  const states = new Set(togglable(layers).map((layer) => layer.state));
  if (states.size === 2) return 'mixed';
  const [only] = states;
  return only ?? 'none';
}

/** Layers by block, both in the network's order. */
export function blocksOf(layers: readonly LayerState[]): readonly Block[] {
  const groups = new Map<string, LayerState[]>();
  for (const layer of layers) {
    const group = groups.get(layer.block);
    if (group === undefined) groups.set(layer.block, [layer]);
    else group.push(layer);
  }
  return [...groups].map(([name, own]) => ({
    name,
    layers: own,
    state: stateOf(own),
    parameters: own.reduce((sum, layer) => sum + layer.parameters, 0),
    outputShape: own.at(-1)?.outputShape ?? [],
  }));
}

export const blockKey = (name: string): string => `block:${name}`;
export const layerKey = (name: string): string => `layer:${name}`;

/** The lines that can be seen, from top to bottom. A block of one layer is that layer's line. */
export function rowsOf(blocks: readonly Block[], { expanded, found }: Folding): readonly Row[] {
  const shown = blocks
    .map((block) => ({
      block,
      layers: found === null ? block.layers : block.layers.filter((layer) => found.has(layer.name)),
    }))
    .filter(({ layers }) => layers.length > 0);
  return shown.flatMap(({ block, layers }, index) => {
    const place = { position: index + 1, size: shown.length };
    const [only] = block.layers;
    if (block.layers.length === 1 && only !== undefined) return [layerRow(only, { level: 1, parent: null, ...place })];
    const open = found !== null || expanded.has(block.name);
    const head: Row = {
      key: blockKey(block.name),
      name: block.name,
      target: { kind: 'block', name: block.name, layers: block.layers },
      state: block.state,
      parameters: block.parameters,
      outputShape: block.outputShape,
      level: 1,
      ...place,
      expanded: open,
      parent: null,
    };
    if (!open) return [head];
    const parent = head.key;
    return [
      head,
      ...layers.map((layer, at) => layerRow(layer, { level: 2, parent, position: at + 1, size: layers.length })),
    ];
  });
}

function layerRow(layer: LayerState, place: Pick<Row, 'level' | 'parent' | 'position' | 'size'>): Row {
  return {
    key: layerKey(layer.name),
    name: layer.name,
    target: { kind: 'layer', layer },
    state: layer.parameters > 0 ? layer.state : 'none',
    parameters: layer.parameters,
    outputShape: layer.outputShape,
    expanded: null,
    ...place,
  };
}

/** The same lines, with the objects of before where nothing changed: only lines that changed are drawn anew. */
export function reuseRows(before: readonly Row[], after: readonly Row[]): readonly Row[] {
  const known = new Map(before.map((row) => [row.key, row]));
  return after.map((row) => {
    const old = known.get(row.key);
    return old !== undefined && sameRow(old, row) ? old : row;
  });
}

function sameRow(one: Row, other: Row): boolean {
  return (
    one.state === other.state &&
    one.expanded === other.expanded &&
    one.position === other.position &&
    one.size === other.size &&
    one.level === other.level &&
    sameTarget(one.target, other.target)
  );
}

function sameTarget(one: Target, other: Target): boolean {
  if (one.kind === 'layer') return other.kind === 'layer' && one.layer === other.layer;
  if (other.kind === 'layer' || one.layers.length !== other.layers.length) return false;
  return one.layers.every((layer, index) => layer === other.layers[index]);
}

/** Where the dashed line stands: below which visible row, and whether it truly lies inside that folded block. */
export function boundaryRow(
  rows: readonly Row[],
  layers: readonly LayerState[],
  cached: readonly string[],
): { readonly key: string; readonly within: boolean } | null {
  const names = new Set(cached);
  const last = layers.filter((layer) => names.has(layer.name)).at(-1);
  if (last === undefined) return null;
  if (rows.some((row) => row.key === layerKey(last.name))) return { key: layerKey(last.name), within: false };
  const block = rows.find((row) => row.key === blockKey(last.block));
  if (block?.target.kind !== 'block') return null;
  if (block.expanded === true) return null;
  return { key: block.key, within: block.target.layers.at(-1)?.name !== last.name };
}

const METACHARACTERS = /[\\^$.*+?()[\]{}|]/;
/** What repeats or chooses. */
const REPEATING = /[*+{|]/g;
/** Repetitions beside one another take a time that grows with the name to the power of their number. */
const MOST_REPETITIONS = 4;

/**
 * The layers that what was typed means, as a search: a part of a layer's or block's name in any case, or an expression
 * as the engine's rules know it. null where it is no search (yet): nothing typed, or an expression that does not parse.
 */
export function search(layers: readonly LayerState[], typed: string): ReadonlySet<string> | null {
  const matches = matcher(typed.trim(), layers);
  if (matches === null) return null;
  return new Set(layers.filter((layer, index) => matches(layer, index)).map((layer) => layer.name));
}

type Matcher = (layer: LayerState, index: number) => boolean;

function matcher(text: string, layers: readonly LayerState[]): Matcher | null {
  if (text === '' || text.startsWith('from:')) return null;
  if (text.startsWith('last:')) {
    const last = Number(text.slice('last:'.length));
    return Number.isInteger(last) && last > 0 ? (_, index) => index >= layers.length - last : null;
  }
  const slashed = text.length > 2 && text.startsWith('/') && text.endsWith('/');
  if (slashed || METACHARACTERS.test(text)) return expression(slashed ? text.slice(1, -1) : text);
  if (text.startsWith('/')) return null;
  const part = text.toLowerCase();
  return (layer) => layer.name.toLowerCase().includes(part) || layer.block.toLowerCase().includes(part);
}

/** A repetition of a group beside another, wherever it is, may search for ever; the engine, which can give up, decides. */
function isEndless(source: string): boolean {
  const repeating = source.match(REPEATING)?.length ?? 0;
  return repeating > MOST_REPETITIONS || (repeating > 1 && /\)[*+{]/.test(source));
}

function expression(source: string): Matcher | null {
  if (isEndless(source)) return null;
  try {
    const regex = new RegExp(source, 'u');
    return (layer) => regex.test(layer.name) || regex.test(layer.block);
  } catch {
    return null;
  }
}
