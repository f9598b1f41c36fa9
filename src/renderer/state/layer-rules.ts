import type { FreezeRule } from '../../shared/contract/plan.ts';
import type { LayerState, ParameterCounts } from '../../shared/contract/run.ts';

/** What a click means: one layer, or a block with all its layers. */
export type Target =
  | { readonly kind: 'layer'; readonly layer: LayerState }
  | { readonly kind: 'block'; readonly name: string; readonly layers: readonly LayerState[] };

/** Every layer by an expression, since rules know no word for "all". */
const EVERY_LAYER = '/./';
/** The block that the engine puts on a network as its new classifier. */
const HEAD_BLOCK = 'head';

function changesLayers(rule: FreezeRule): boolean {
  return rule.action === 'freeze' || rule.action === 'thaw';
}

/** A later rule of the same pattern says all that an earlier one said, unless it speaks of statistics alone. */
function supersedes(later: FreezeRule, earlier: FreezeRule): boolean {
  if (changesLayers(later)) return later.pattern === EVERY_LAYER || later.pattern === earlier.pattern;
  return !changesLayers(earlier) && later.pattern === earlier.pattern;
}

/** Rules in the order they count in, each earlier one that no longer says anything left out. */
export function addRules(rules: readonly FreezeRule[], added: readonly FreezeRule[]): readonly FreezeRule[] {
  return added.reduce<readonly FreezeRule[]>(
    (kept, rule) => [...kept.filter((earlier) => !supersedes(rule, earlier)), rule],
    rules,
  );
}

export function layersOf(targets: readonly Target[]): readonly LayerState[] {
  return targets.flatMap((target) => (target.kind === 'layer' ? [target.layer] : target.layers));
}

/** Only layers with parameters freeze or thaw. */
export function togglable(layers: readonly LayerState[]): readonly LayerState[] {
  return layers.filter((layer) => layer.parameters > 0);
}

/**
 * The rules that freeze or thaw what was clicked. A block is one rule, unless one of its layers bears its name, for the
 * engine would take the name for that layer alone.
 */
export function rulesFor(targets: readonly Target[], action: 'freeze' | 'thaw'): readonly FreezeRule[] {
  return targets.flatMap((target) => {
    if (target.kind === 'layer') return [{ action, pattern: target.layer.name }];
    if (target.layers.every((layer) => layer.name !== target.name)) return [{ action, pattern: target.name }];
    return togglable(target.layers).map((layer) => ({ action, pattern: layer.name }));
  });
}

/** A block's rule says all that rules of its layers said. */
export function addTargets(
  rules: readonly FreezeRule[],
  targets: readonly Target[],
  action: 'freeze' | 'thaw',
): readonly FreezeRule[] {
  const covered = new Set(layersOf(targets).map((layer) => layer.name));
  return addRules(
    rules.filter((rule) => !covered.has(rule.pattern)),
    rulesFor(targets, action),
  );
}

export function statisticsRules(layers: readonly LayerState[], moving: boolean): readonly FreezeRule[] {
  const action = moving ? 'thawStatistics' : 'freezeStatistics';
  return layers.filter((layer) => layer.statistics !== null).map((layer) => ({ action, pattern: layer.name }));
}

export function freezeAllRules(layers: readonly LayerState[]): readonly FreezeRule[] {
  const all: FreezeRule = { action: 'freeze', pattern: EVERY_LAYER };
  // Without its head nothing would train.
  return layers.some((layer) => layer.block === HEAD_BLOCK) ? [all, { action: 'thaw', pattern: HEAD_BLOCK }] : [all];
}

export function thawAllRules(): readonly FreezeRule[] {
  return [{ action: 'thaw', pattern: EVERY_LAYER }];
}

const METACHARACTERS = /[\\^$.*+?()[\]{}|]/g;

/**
 * What was typed as a rule's pattern. Plain text that names nothing is searched for in names, as the tree does while it
 * is being typed.
 */
export function patternOf(text: string, layers: readonly LayerState[]): string {
  const typed = text.trim();
  if (/^(last:|from:|\/)/.test(typed) || typed.search(METACHARACTERS) >= 0) return typed;
  if (layers.some((layer) => layer.name === typed || layer.block === typed)) return typed;
  return `/${typed}/`;
}

/** What a click will come to, before the engine says so: freezing takes a BatchNorm's statistics along. */
export function withState(
  layers: readonly LayerState[],
  changed: readonly LayerState[],
  state: LayerState['state'],
): readonly LayerState[] {
  const names = new Set(togglable(changed).map((layer) => layer.name));
  return layers.map((layer) => {
    if (!names.has(layer.name)) return layer;
    const statistics = layer.statistics === null ? null : state === 'frozen' ? 'kept' : 'moving';
    return { ...layer, state, statistics };
  });
}

export function withStatistics(
  layers: readonly LayerState[],
  changed: readonly LayerState[],
  moving: boolean,
): readonly LayerState[] {
  const names = new Set(changed.filter((layer) => layer.statistics !== null).map((layer) => layer.name));
  return layers.map((layer) => (names.has(layer.name) ? { ...layer, statistics: moving ? 'moving' : 'kept' } : layer));
}

/** Counts as Keras' `summary()` does: a BatchNorm's two statistics a channel never train. */
export function countParameters(layers: readonly LayerState[]): ParameterCounts {
  let trainable = 0;
  let total = 0;
  for (const layer of layers) {
    total += layer.parameters;
    if (layer.state !== 'trainable') continue;
    const statistics = layer.statistics === null ? 0 : 2 * (layer.outputShape.at(-1) ?? 0);
    trainable += layer.parameters - statistics;
  }
  return { trainable, frozen: total - trainable };
}

/** The engine's answer, with the objects of before where nothing changed, so that only changed rows are drawn anew. */
export function reconcile(before: readonly LayerState[], after: readonly LayerState[]): readonly LayerState[] {
  const known = new Map(before.map((layer) => [layer.name, layer]));
  return after.map((layer) => {
    const old = known.get(layer.name);
    return old !== undefined && same(old, layer) ? old : layer;
  });
}

function same(one: LayerState, other: LayerState): boolean {
  return (
    one.state === other.state &&
    one.statistics === other.statistics &&
    one.parameters === other.parameters &&
    one.kind === other.kind &&
    one.block === other.block &&
    one.outputShape.join() === other.outputShape.join()
  );
}
