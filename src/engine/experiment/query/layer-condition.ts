import type Database from 'better-sqlite3';
import { closest } from '../../network/closest.ts';
import { QueryError } from './query-error.ts';
import { findNames, regexSource } from './regex.ts';
import { sql, type Sql } from './sql.ts';
import type { LAYER_STATES, Literal } from './syntax.ts';

/** Of rows of `layer`: it has parameters, and is of a run that is still in the log. */
export const OF_RUNS = 'parameters > 0 AND EXISTS (SELECT 1 FROM layer_state WHERE layer_state.layer = layer.number)';

interface KnownLayer {
  readonly number: number;
  readonly name: string;
  readonly block: string;
}

const METACHARACTERS = /[\\^$.*+?()[\]{}|]/;
/** Of more of the log's layers than this share each run is looked at by itself: its first layer that fits is near then. */
const MANY_LAYERS = 0.3;

/** Layers with parameters of all runs of the log: what can be frozen. Those that only deleted runs had stay in its table. */
function knownLayers(database: Database.Database): readonly KnownLayer[] {
  return database
    .prepare<[], KnownLayer>(`SELECT number, name, block FROM layer WHERE ${OF_RUNS} ORDER BY number`)
    .all();
}

function matching(layers: readonly KnownLayer[], literal: Literal): readonly KnownLayer[] {
  const pattern = literal.text.trim();
  const matchedBy = (source: string): readonly KnownLayer[] => {
    const found = findNames(source, literal, [...new Set(layers.flatMap(({ name, block }) => [name, block]))]);
    return layers.filter(({ name, block }) => found.has(name) || found.has(block));
  };
  if (pattern === '') throw new QueryError('usage.invalid', literal, 'no layer is named', 'Write a name or a /regex/.');
  if (/^(?:last|from):/.test(pattern)) {
    throw new QueryError(
      'usage.invalid',
      literal,
      `'${pattern.slice(0, 100)}' depends on a network, and runs have several`,
      'Write the name of a layer or block, or a /regex/.',
    );
  }
  const source = regexSource(pattern);
  if (source !== null) return matchedBy(source);
  const named = layers.filter(({ name, block }) => name === pattern || block === pattern);
  return named.length === 0 && METACHARACTERS.test(pattern) ? matchedBy(pattern) : named;
}

function unknownLayer(layers: readonly KnownLayer[], literal: Literal): QueryError {
  const names = [...new Set(layers.flatMap(({ name, block }) => [block, name]))];
  const near = literal.text.length > 100 ? [] : closest(literal.text, names);
  return new QueryError(
    'usage.noMatch',
    literal,
    `no run has a layer with parameters that '${literal.text.slice(0, 100)}' means`,
    near.length > 0 ? `Nearest: ${near.join(', ')}.` : 'Write the name of a layer or block, or a /regex/.',
  );
}

/**
 * `frozen("P")`: every layer with parameters that P means is frozen in the run, and P means at least one of its layers;
 * `trainable("P")` the same of trainable ones. Of a run with several stages that is so in each. P is, as in a rule for
 * freezing, the name of a layer or of a block, or a /regex/ that is searched in both (bare text with metacharacters that is
 * no name is one too); it is searched in the distinct names of the log. A run whose layers the log does not know fits neither.
 *
 * @throws QueryError `usage.noMatch` where the log has layers, but P means none of them; `usage.invalid` for what is no P
 */
export function layerCondition(
  database: Database.Database,
  state: (typeof LAYER_STATES)[number],
  pattern: Literal,
): Sql {
  const layers = knownLayers(database);
  const meant = matching(layers, pattern);
  if (layers.length > 0 && meant.length === 0) throw unknownLayer(layers, pattern);
  const list = JSON.stringify(meant.map(({ number }) => number));
  const other = state === 'frozen' ? 'trainable' : 'frozen';
  const layerList = 'layer IN (SELECT value FROM json_each(?))';
  if (meant.length < layers.length * MANY_LAYERS) {
    const runs = (found: string): string => `(SELECT run FROM layer_state WHERE ${layerList} AND state = '${found}')`;
    return sql(`(run.number IN ${runs(state)} AND run.number NOT IN ${runs(other)})`, list, list);
  }
  // The sign keeps SQLite from looking for every layer of the list in every run.
  const some = (found: string): string =>
    `EXISTS (SELECT 1 FROM layer_state WHERE layer_state.run = run.number AND +${layerList} AND state = '${found}')`;
  const none = (found: string): string => `NOT ${some(found)}`;
  // What trains has an index of its own, so that is looked at first.
  const both = state === 'frozen' ? [none(other), some(state)] : [some(state), none(other)];
  return sql(`(${both.join(' AND ')})`, list, list);
}
