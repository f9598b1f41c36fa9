import type Database from 'better-sqlite3';
import type { KeyCatalogue, ResolvedKey } from './key-catalogue.ts';
import { layerCondition } from './layer-condition.ts';
import { durationOf, numberOf, readNumber, readTruth, timeOf, truthOf } from './literal.ts';
import { networksCalled } from './network-names.ts';
import { QueryError } from './query-error.ts';
import { findNames, regexSource } from './regex.ts';
import { compose, join, sql, type Sql } from './sql.ts';
import type { Literal, Operand, Operator, Query } from './syntax.ts';

interface Surroundings {
  readonly database: Database.Database;
  readonly keys: KeyCatalogue;
  /** What `today` and `7d ago` are counted from. */
  readonly now: Date;
}

type Positive = Exclude<Operator, '!=' | '!~'>;

/** Asks for the values that the runs have, and searches those; nothing of the user's is run by SQLite. */
function matchesRegex({ database }: Surroundings, expression: Sql, source: string, literal: Literal): Sql {
  const table = expression.text.startsWith('run_tag.') ? 'run_tag' : 'run';
  const values = database
    .prepare<unknown[], string | number | null>(`SELECT DISTINCT ${expression.text} FROM ${table}`)
    .pluck()
    .all(...expression.values);
  const texts = values.filter((value) => typeof value === 'string');
  const found = findNames(source, literal, texts);
  return compose('{} IN (SELECT value FROM json_each({}))', expression, sql('?', JSON.stringify([...found])));
}

function isNetwork({ database }: Surroundings, expression: Sql, literal: Literal): Sql {
  const names = database.prepare<[], string>('SELECT DISTINCT network FROM run').pluck().all();
  const called = networksCalled(literal.text, names);
  return compose('{} IN (SELECT value FROM json_each({}))', expression, sql('?', JSON.stringify(called)));
}

function compareText(surroundings: Surroundings, expression: Sql, operator: Positive, literal: Literal): Sql {
  const value = sql('?', literal.text);
  if (operator !== '~') return compose(`{} ${operator} {} COLLATE NOCASE`, expression, value);
  const source = regexSource(literal.text);
  if (source !== null) return matchesRegex(surroundings, expression, source, literal);
  return compose('instr(lower({}), lower({})) > 0', expression, value);
}

function compareTime(expression: Sql, operator: Exclude<Positive, '~'>, { from, to }: ReturnType<typeof timeOf>): Sql {
  const [begin, end] = [sql('?', from), sql('?', to)];
  switch (operator) {
    case '=':
      return compose('({} >= {} AND {} < {})', expression, begin, expression, end);
    case '>':
      return compose('{} >= {}', expression, end);
    case '>=':
      return compose('{} >= {}', expression, begin);
    case '<':
      return compose('{} < {}', expression, begin);
    case '<=':
      return compose('{} < {}', expression, end);
  }
}

function refuse(operand: Operand, type: string, operator: Operator): QueryError {
  const allowed = type === 'boolean' ? '= and !=' : '=, !=, >, >=, < and <=';
  return new QueryError(
    'usage.invalid',
    operand,
    `${operand.key} is a ${type}, which '${operator}' does not compare`,
    `Write ${allowed}, or in (...).`,
  );
}

/** Parameters keep what is so or not as 1 or 0. */
function numeric(literal: Literal, operand: Operand, ofPlan: boolean): number {
  return (ofPlan ? readTruth(literal.text) : null) ?? numberOf(literal, operand.key);
}

/** Of one value; NULL or false where it is none. */
function compareOne(
  surroundings: Surroundings,
  { type, of, expression }: ResolvedKey,
  operand: Operand,
  operator: Positive,
  literal: Literal,
): Sql {
  if (of === 'run' && operand.key === 'network' && operator === '=')
    return isNetwork(surroundings, expression, literal);
  if (type === 'text') return compareText(surroundings, expression, operator, literal);
  if (type === 'any') {
    const number = literal.quoted ? null : (readNumber(literal.text) ?? readTruth(literal.text));
    if (operator === '~' || number === null) {
      const text = compareText(surroundings, expression, operator, literal);
      return compose("(typeof({}) = 'text' AND {})", expression, text);
    }
    return compose(`(typeof({}) <> 'text' AND {} ${operator} {})`, expression, expression, sql('?', number));
  }
  if (operator === '~') throw refuse(operand, type, operator);
  if (type === 'time') return compareTime(expression, operator, timeOf(literal, operand.key, surroundings.now));
  if (type === 'boolean') {
    if (operator !== '=') throw refuse(operand, type, operator);
    return compose('{} = {}', expression, sql('?', truthOf(literal, operand.key)));
  }
  const value = type === 'duration' ? durationOf(literal, operand.key) : numeric(literal, operand, of === 'plan');
  return compose(`{} ${operator} {}`, expression, sql('?', value));
}

const POSITIVES: Readonly<Record<Operator, Positive>> = {
  '=': '=',
  '!=': '=',
  '~': '~',
  '!~': '~',
  '<': '<',
  '<=': '<=',
  '>': '>',
  '>=': '>=',
};

const TAGS = '(SELECT 1 FROM run_tag WHERE run_tag.run = run.number AND ({}))';

/** Holds where one of the values fits; negated, where the run has a value and none fits. */
function compare(
  surroundings: Surroundings,
  operand: Operand,
  operator: Positive,
  negated: boolean,
  literals: readonly Literal[],
): Sql {
  const key = surroundings.keys.resolve(operand);
  const each = literals.map((literal) => compareOne(surroundings, key, operand, operator, literal));
  const fits = join(each, ' OR ');
  if (key.several) return compose(`${negated ? 'NOT ' : ''}EXISTS ${TAGS}`, fits);
  if (!negated) return compose('(({}) IS TRUE)', fits);
  return compose('({} IS NOT NULL AND ({}) IS NOT TRUE)', key.expression, fits);
}

function truth({ keys }: Surroundings, operand: Operand): Sql {
  const { type, expression } = keys.resolve(operand);
  if (type === 'boolean') return compose('({} IS TRUE)', expression);
  throw new QueryError(
    'usage.invalid',
    operand,
    `'${operand.key}' stands alone, and is neither true nor false`,
    `Compare it: ${operand.key} ${type === 'text' || type === 'any' ? '= "..."' : '> ...'}, or missing(${operand.key}).`,
  );
}

function missing({ keys }: Surroundings, operand: Operand): Sql {
  const { several, expression } = keys.resolve(operand);
  return several ? compose(`NOT EXISTS ${TAGS}`, sql('1')) : compose('({} IS NULL)', expression);
}

/**
 * A condition over `run`, 1 or 0 for every run; the values stand in it as parameters. Texts are compared without regard to the
 * case of ASCII letters; `network =` knows all names of a network, and those without its size.
 *
 * @throws QueryError `usage.noMatch` for a key or a layer that no run has, `usage.invalid` for a value that is not of its
 *   key's type
 */
export function compileQuery(surroundings: Surroundings, query: Query): Sql {
  switch (query.kind) {
    case 'and':
    case 'or': {
      const parts = query.parts.map((part) => compileQuery(surroundings, part));
      return compose('({})', join(parts, query.kind === 'and' ? ' AND ' : ' OR '));
    }
    case 'not':
      return compose('(NOT {})', compileQuery(surroundings, query.part));
    case 'comparison': {
      const { operand, operator, value } = query;
      return compare(surroundings, operand, POSITIVES[operator], operator.startsWith('!'), [value]);
    }
    case 'membership':
      return compare(surroundings, query.operand, '=', query.negated, query.values);
    case 'truth':
      return truth(surroundings, query.operand);
    case 'missing':
      return missing(surroundings, query.operand);
    case 'frozen':
    case 'trainable':
      return layerCondition(surroundings.database, query.kind, query.pattern);
  }
}
