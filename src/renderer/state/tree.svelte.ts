import { SvelteSet } from 'svelte/reactivity';
import type { LayerState } from '../../shared/contract/run.ts';
import { layersOf, togglable, type Target } from './layer-rules.ts';
import type { PlanController } from './plan.svelte.ts';
import { blocksOf, boundaryRow, reuseRows, rowsOf, search, stateOf, type Row } from './tree-model.ts';

/** What is unfolded, searched for, chosen and looked into in the layer tree. */
export class TreeController {
  query = $state('');
  /** The row that keys act on; null before the tree was entered. */
  current = $state<string | null>(null);
  /** The layer whose tensors are shown. */
  inspected = $state<string | null>(null);
  readonly #expanded = new SvelteSet<string>();
  readonly #plan: PlanController;
  /** The rows as they were last. */
  #drawn: readonly Row[] = [];
  /** Where a range begins. */
  #anchor = $state<string | null>(null);

  readonly blocks = $derived.by(() => blocksOf(this.#plan.layers));
  readonly found = $derived.by(() => search(this.#plan.layers, this.query));
  readonly rows = $derived.by(() => {
    this.#drawn = reuseRows(this.#drawn, rowsOf(this.blocks, { expanded: this.#expanded, found: this.found }));
    return this.#drawn;
  });
  readonly boundary = $derived.by(() =>
    boundaryRow(
      this.rows,
      this.#plan.layers,
      (this.#plan.shown?.boundary.layers ?? []).map((layer) => layer.name),
    ),
  );
  readonly #places = $derived.by(() => new Map(this.rows.map((row, index) => [row.key, index])));
  readonly currentIndex = $derived.by(() => Math.max(0, this.#place(this.current) ?? 0));
  /** From the range's beginning to the current row. */
  readonly selection = $derived.by((): readonly [number, number] => {
    const from = this.#place(this.#anchor) ?? this.currentIndex;
    return from < this.currentIndex ? [from, this.currentIndex] : [this.currentIndex, from];
  });

  constructor(plan: PlanController) {
    this.#plan = plan;
  }

  get currentRow(): Row | undefined {
    return this.rows[this.currentIndex];
  }

  /** What the toolbar acts on: the range, or the current row. */
  get chosen(): readonly Target[] {
    const [from, to] = this.selection;
    return this.rows.slice(from, to + 1).map((row) => row.target);
  }

  /** Which line has this key; -1 where none has. */
  indexOf(key: string): number {
    return this.#place(key) ?? -1;
  }

  moveTo(index: number, extend: boolean): void {
    const row = this.rows[Math.min(this.rows.length - 1, Math.max(0, index))];
    if (row === undefined) return;
    if (!extend) this.#anchor = row.key;
    else this.#anchor ??= this.currentRow?.key ?? null;
    this.current = row.key;
    if (this.inspected !== null && row.target.kind === 'layer') this.inspected = row.name;
  }

  selectAll(): void {
    this.#anchor = this.rows[0]?.key ?? null;
    this.current = this.rows.at(-1)?.key ?? null;
  }

  fold(row: Row, open: boolean): void {
    if (row.target.kind !== 'block') return;
    if (open) this.#expanded.add(row.target.name);
    else this.#expanded.delete(row.target.name);
  }

  foldAll(open: boolean): void {
    this.#expanded.clear();
    if (!open) return;
    for (const block of this.blocks) this.#expanded.add(block.name);
  }

  get anyUnfolded(): boolean {
    return this.#expanded.size > 0;
  }

  /** Freezes what trains, thaws what is frozen or mixed: all that is chosen alike. */
  toggleChosen(): void {
    this.#toggle(this.chosen);
  }

  /** A click: this row alone, or with shift all from the last one to it, in the state that the last one has. */
  click(index: number, range: boolean): void {
    const anchor = this.rows[this.#place(this.#anchor) ?? -1];
    this.moveTo(index, range);
    if (!range || anchor === undefined) {
      this.toggleChosen();
      return;
    }
    const state = stateOf(layersOf([anchor.target]));
    const layers = this.chosen.filter((target) => isWhole(target, this.chosen));
    this.#plan.setTargets(layers, state === 'trainable' ? 'trainable' : 'frozen');
  }

  #toggle(targets: readonly Target[]): void {
    const whole = targets.filter((target) => isWhole(target, targets));
    const layers = togglable(layersOf(whole));
    if (layers.length === 0) return;
    const next = layers.every((layer) => layer.state === 'trainable') ? 'frozen' : 'trainable';
    this.#plan.setTargets(whole, next);
  }

  /** Of one layer, or of all that are chosen. */
  toggleStatistics(layers: readonly LayerState[]): void {
    const own = layers.filter((layer) => layer.statistics !== null);
    if (own.length === 0) return;
    const moving = !own.every((layer) => layer.statistics === 'moving');
    this.#plan.setStatistics(
      own.map((layer) => ({ kind: 'layer', layer })),
      moving,
    );
  }

  #place(key: string | null): number | undefined {
    return key === null ? undefined : this.#places.get(key);
  }
}

/** A layer whose block is chosen too needs no rule of its own; nor has it one where it has no parameters. */
function isWhole(target: Target, targets: readonly Target[]): boolean {
  if (togglable(layersOf([target])).length === 0) return false;
  if (target.kind === 'block') return true;
  return !targets.some((other) => other.kind === 'block' && other.name === target.layer.block);
}
