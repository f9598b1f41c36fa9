import type Database from 'better-sqlite3';
import { RUN_STATUSES } from '../../../shared/contract/run.ts';
import type { RunCompletion, RunKeyType } from '../../../shared/contract/run-query.ts';
import type { Log } from '../log.ts';
import { compileQuery } from './compile.ts';
import { KeyCatalogue, type ResolvedKey } from './key-catalogue.ts';
import { OF_RUNS } from './layer-condition.ts';
import { parseQuery } from './parse.ts';
import { QueryError, type Expected } from './query-error.ts';
import { compose, sql } from './sql.ts';
import { TAKES, type Operand, type Query } from './syntax.ts';
import { quoted, tokenize, written, type Span } from './token.ts';

type Option = RunCompletion['options'][number];

const MOST_OPTIONS = 100;
/** So many values of a key are looked through, those of most runs first. */
const MOST_VALUES = 1000;

const TEXT_OPERATORS = ['=', '!=', '~', '!~', 'in', 'not in'];
const NUMBER_OPERATORS = ['=', '!=', '>', '>=', '<', '<=', 'in', 'not in'];
const OPERATORS_OF: Readonly<Record<RunKeyType, readonly string[]>> = {
  text: TEXT_OPERATORS,
  any: [...new Set([...NUMBER_OPERATORS, ...TEXT_OPERATORS])],
  number: NUMBER_OPERATORS,
  duration: NUMBER_OPERATORS,
  time: NUMBER_OPERATORS,
  boolean: ['=', '!='],
};
const OPERATOR_WORDS: Readonly<Record<string, string>> = {
  '=': 'is',
  '!=': 'is not',
  '>': 'is more than',
  '>=': 'is at least',
  '<': 'is less than',
  '<=': 'is at most',
  '~': 'contains, or matches a /regex/',
  '!~': 'contains not',
  in: 'is one of',
  'not in': 'is none of',
};

const TIMES = ['today', 'yesterday', '7d ago', '30d ago'];
const DURATIONS = ['1min', '10min', '1h', '1d'];

const runs = (count: number): string => `${count} ${count === 1 ? 'run' : 'runs'}`;

function keywords(...texts: readonly string[]): readonly Option[] {
  return texts.map((text) => ({ text, kind: 'keyword', detail: '' }));
}

class Completer {
  readonly #database: Database.Database;
  readonly #keys: KeyCatalogue;

  constructor(database: Database.Database, keys: KeyCatalogue) {
    this.#database = database;
    this.#keys = keys;
  }

  /** What may follow a query that ends too early. */
  after(expected: Expected): readonly Option[] {
    switch (expected.kind) {
      case 'condition':
        return this.#conditions();
      case 'operator':
        return this.#operators(expected.operand);
      case 'value':
      case 'values':
        return this.#values(expected.operand);
      case 'key':
        return this.#columns().filter(({ detail }) => detail.startsWith('metric'));
      case 'pattern':
        return this.#layers();
      case 'punctuation':
        return keywords(expected.text);
      case 'closing':
        return keywords(')', 'and', 'or');
    }
  }

  /** What may follow a query that could end there. */
  onward(query: Query): readonly Option[] {
    const connectors = keywords('and', 'or');
    const last = lastCondition(query);
    if (last.kind !== 'truth') return connectors;
    const type = this.#resolve(last.operand)?.type;
    return [...this.#operators(last.operand), ...(type === 'boolean' ? connectors : [])];
  }

  #resolve(operand: Operand): ResolvedKey | null {
    try {
      return this.#keys.resolve(operand);
    } catch (error) {
      if (error instanceof QueryError) return null;
      throw error;
    }
  }

  #columns(): readonly Option[] {
    const origin = { run: '', plan: 'parameter, ', metric: 'metric, ' } as const;
    return this.#keys
      .columns()
      .map(({ key, type, of }) => ({ text: key, kind: 'key', detail: `${origin[of]}${type}` }));
  }

  #conditions(): readonly Option[] {
    const functions: Option[] = [
      { text: 'frozen("', kind: 'function', detail: 'all these layers are frozen' },
      { text: 'trainable("', kind: 'function', detail: 'all these layers train' },
      { text: 'missing(', kind: 'function', detail: 'has no value' },
      ...TAKES.map((take): Option => ({ text: `${take}(`, kind: 'function', detail: `the ${take} of a metric` })),
    ];
    return [...this.#columns(), ...functions, ...keywords('not')];
  }

  #operators(operand: Operand): readonly Option[] {
    const type = this.#resolve(operand)?.type;
    if (!type) return [];
    return OPERATORS_OF[type].map((text) => ({ text, kind: 'operator', detail: OPERATOR_WORDS[text] ?? '' }));
  }

  #values(operand: Operand): readonly Option[] {
    const key = this.#resolve(operand);
    const plain = (texts: readonly string[]): Option[] => texts.map((text) => ({ text, kind: 'value', detail: '' }));
    if (!key || key.of === 'metric') return [];
    if (key.type === 'boolean') return plain(['true', 'false']);
    if (key.type === 'time') return plain(TIMES);
    if (key.type === 'duration') return plain(DURATIONS);
    const found = this.#storedValues(key);
    if (operand.key !== 'status') return found;
    const known = new Set(found.map(({ text }) => text));
    return [...found, ...plain(RUN_STATUSES.filter((status) => !known.has(status)))];
  }

  #storedValues({ expression, several, type }: ResolvedKey): readonly Option[] {
    const { text, values } = compose(
      `SELECT {} AS value, count(*) AS runs FROM {}
       WHERE value IS NOT NULL GROUP BY value ORDER BY runs DESC, value LIMIT ${MOST_VALUES}`,
      expression,
      sql(several ? 'run_tag' : 'run'),
    );
    return this.#database
      .prepare<unknown[], { value: string | number; runs: number }>(text)
      .all(...values)
      .map(({ value, runs: count }) => ({
        text: typeof value === 'number' ? String(value) : type === 'any' ? quoted(value) : written(value),
        kind: 'value',
        detail: runs(count),
      }));
  }

  #layers(): readonly Option[] {
    const names = (column: string): readonly string[] =>
      this.#database
        .prepare<[], string>(
          `SELECT DISTINCT ${column} FROM layer WHERE ${OF_RUNS} ORDER BY number LIMIT ${MOST_VALUES}`,
        )
        .pluck()
        .all();
    const blocks = names('block');
    const known = new Set(blocks);
    const option = (name: string, detail: string): Option => ({ text: quoted(name), kind: 'value', detail });
    return [
      ...blocks.map((name) => option(name, 'block')),
      ...names('name')
        .filter((name) => !known.has(name))
        .map((name) => option(name, 'layer')),
    ];
  }
}

function lastCondition(query: Query): Query {
  if (query.kind === 'not') return lastCondition(query.part);
  if (query.kind !== 'and' && query.kind !== 'or') return query;
  const last = query.parts.at(-1);
  return last ? lastCondition(last) : query;
}

/** The word that the cursor stands in or behind; an empty stretch where it stands in none. */
function wordAt(query: string, cursor: number): Span {
  const word = tokenize(query).find(
    ({ kind, from, to }) =>
      from < cursor &&
      (kind === 'text' ? cursor < to : cursor <= to) &&
      (kind === 'word' || kind === 'text' || kind === 'open'),
  );
  return word ?? { from: cursor, to: cursor };
}

/** Those that begin as what was typed first, then those that have it elsewhere. */
function fitting(options: readonly Option[], typed: string): Option[] {
  const wanted = typed.replaceAll(/["']/g, '').toLowerCase();
  const place = ({ text }: Option): number => text.replaceAll('"', '').toLowerCase().indexOf(wanted);
  return options
    .map((option) => ({ option, place: place(option) }))
    .filter((found) => found.place >= 0)
    .sort((first, second) => Number(first.place > 0) - Number(second.place > 0))
    .slice(0, MOST_OPTIONS)
    .map(({ option }) => option);
}

function optionsAfter(completer: Completer, before: string): readonly Option[] {
  try {
    const query = parseQuery(before);
    return query === null ? completer.after({ kind: 'condition' }) : completer.onward(query);
  } catch (error) {
    if (!(error instanceof QueryError)) throw error;
    return error.expected && error.span.from === before.length ? completer.after(error.expected) : [];
  }
}

function problemOf(database: Database.Database, keys: KeyCatalogue, query: string): RunCompletion['problem'] {
  try {
    const parsed = parseQuery(query);
    if (parsed) compileQuery({ database, keys, now: new Date() }, parsed);
    return null;
  } catch (error) {
    if (!(error instanceof QueryError)) throw error;
    return { from: error.span.from, to: error.span.to, message: error.message, hint: error.hint };
  }
}

/**
 * What may be written where the cursor stands, and what is wrong with the query.
 *
 * @param cursor code units from the beginning
 */
export function completeQuery(log: Log, query: string, cursor: number): RunCompletion {
  return log.read('complete the query', (database) => {
    const keys = new KeyCatalogue(database);
    const place = Math.min(cursor, query.length);
    const word = wordAt(query, place);
    const options = optionsAfter(new Completer(database, keys), query.slice(0, word.from));
    return {
      from: word.from,
      to: word.to,
      options: fitting(options, query.slice(word.from, place)),
      problem: problemOf(database, keys, query),
    };
  });
}
