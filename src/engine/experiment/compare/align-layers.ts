import type { ComparedLayer } from '../../../shared/contract/compare.ts';
import type { LayerState } from '../../../shared/contract/run.ts';

interface Row {
  readonly name: string;
  readonly kind: string;
  readonly block: string;
  readonly states: ComparedLayer['states'];
}

/**
 * The places in a list of different numbers that make up one of its longest rising parts, found by patience sorting
 * (Fredman, 1975): as few layers as can be then stand apart.
 */
function longestRise(values: readonly number[]): readonly number[] {
  const tails: number[] = [];
  const before: number[] = [];
  values.forEach((value, place) => {
    let low = 0;
    let high = tails.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((values[tails[middle] ?? 0] ?? 0) < value) low = middle + 1;
      else high = middle;
    }
    before[place] = tails[low - 1] ?? -1;
    tails[low] = place;
  });
  const rise: number[] = [];
  for (let place = tails.at(-1) ?? -1; place >= 0; place = before[place] ?? -1) rise.push(place);
  return rise.reverse();
}

/** Puts the layers of one more run beside those that are aligned, each where its name stands, new ones after what they follow. */
function withLayers(rows: readonly Row[], layers: readonly LayerState[], run: number): Row[] {
  const places = new Map(rows.map(({ name }, place) => [name, place]));
  const known = layers.flatMap((layer, position) => {
    const place = places.get(layer.name);
    return place === undefined ? [] : [{ position, place }];
  });
  const matched = new Map(
    longestRise(known.map(({ place }) => place)).flatMap((index) => {
      const match = known[index];
      return match ? [[match.position, match.place] as const] : [];
    }),
  );
  const merged: Row[] = [];
  let next = 0;
  layers.forEach(({ name, kind, block, state, statistics, parameters }, position) => {
    const own = { state, statistics, parameters };
    const place = matched.get(position);
    if (place === undefined) {
      merged.push({ name, kind, block, states: [...Array.from({ length: run }, () => null), own] });
      return;
    }
    merged.push(...rows.slice(next, place).map((row) => ({ ...row, states: [...row.states, null] })));
    const row = rows[place];
    if (row) merged.push({ ...row, states: [...row.states, own] });
    next = place + 1;
  });
  merged.push(...rows.slice(next).map((row) => ({ ...row, states: [...row.states, null] })));
  return merged;
}

/** Whether all runs have a layer, and train or freeze it alike; of what has nothing to train that means nothing. */
function isSame({ states }: Row): boolean {
  const [first] = states;
  return states.every(
    (own) =>
      own !== null &&
      first != null &&
      ((own.parameters === 0 && first.parameters === 0) ||
        (own.state === first.state && own.statistics === first.statistics)),
  );
}

/**
 * The layers of several runs side by side, by name and in their order. Networks that have nothing in common stand one after
 * the other.
 */
export function alignLayers(runs: readonly (readonly LayerState[])[]): ComparedLayer[] {
  const rows = runs.reduce<Row[]>((aligned, layers, run) => withLayers(aligned, layers, run), []);
  return rows.map((row) => ({ ...row, differs: !isSame(row) }));
}
