import type { Operand, Query } from '../../src/engine/experiment/query/syntax.ts';
import { quoted, written } from '../../src/engine/experiment/query/token.ts';

function printOperand({ take, key }: Operand): string {
  return take === 'value' ? written(key) : `${take}(${written(key)})`;
}

/** A query as text, with no more parentheses than its meaning needs. */
export function printQuery(query: Query): string {
  const inner = (part: Query, ...loose: Query['kind'][]): string =>
    loose.includes(part.kind) ? `(${printQuery(part)})` : printQuery(part);
  const literal = ({ text, quoted: inQuotes }: { readonly text: string; readonly quoted: boolean }): string =>
    inQuotes ? quoted(text) : text;
  switch (query.kind) {
    case 'or':
      return query.parts.map((part) => inner(part, 'or')).join(' or ');
    case 'and':
      return query.parts.map((part) => inner(part, 'or', 'and')).join(' and ');
    case 'not':
      return `not ${inner(query.part, 'or', 'and')}`;
    case 'comparison':
      return `${printOperand(query.operand)} ${query.operator} ${literal(query.value)}`;
    case 'membership':
      return `${printOperand(query.operand)} ${query.negated ? 'not in' : 'in'} (${query.values.map(literal).join(', ')})`;
    case 'truth':
      return printOperand(query.operand);
    case 'missing':
      return `missing(${printOperand(query.operand)})`;
    case 'frozen':
    case 'trainable':
      return `${query.kind}(${literal(query.pattern)})`;
  }
}

/** The same query as if it stood nowhere: without the places of its words. */
export function withoutPlaces(query: unknown): unknown {
  return JSON.parse(
    JSON.stringify(query, (key, value: unknown) => (key === 'from' || key === 'to' ? undefined : value)),
  );
}
