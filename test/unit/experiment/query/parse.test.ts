import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseOperand, parseQuery } from '../../../../src/engine/experiment/query/parse.ts';
import { QueryError } from '../../../../src/engine/experiment/query/query-error.ts';
import { LAYER_STATES, OPERATORS, type Query } from '../../../../src/engine/experiment/query/syntax.ts';
import { printQuery, withoutPlaces } from '../../../support/run-query.ts';

const nowhere = { from: 0, to: 0 };

const word = fc
  .stringMatching(/^[A-Za-z0-9_.:/%+-]{1,8}$/)
  .filter((text) => !['and', 'or', 'not', 'in', 'ago'].includes(text.toLowerCase()));
const text = fc.string({ unit: 'grapheme', maxLength: 8 });
const literal = fc.oneof(
  word.map((bare) => ({ text: bare, quoted: false, ...nowhere })),
  fc.constant({ text: '7d ago', quoted: false, ...nowhere }),
  text.map((inQuotes) => ({ text: inQuotes, quoted: true, ...nowhere })),
);
const operand = fc.record({
  take: fc.constantFrom('value', 'last', 'min', 'max'),
  key: fc.oneof(word, text),
  from: fc.constant(0),
  to: fc.constant(0),
});
const condition: fc.Arbitrary<Query> = fc.oneof(
  fc.record({
    kind: fc.constant('comparison' as const),
    operand,
    operator: fc.constantFrom(...OPERATORS),
    value: literal,
  }),
  fc.record({
    kind: fc.constant('membership' as const),
    operand,
    negated: fc.boolean(),
    values: fc.array(literal, { minLength: 1, maxLength: 3 }),
  }),
  fc.record({ kind: fc.constantFrom('truth' as const, 'missing' as const), operand }),
  fc.record({ kind: fc.constantFrom(...LAYER_STATES), pattern: literal }),
);
const { query } = fc.letrec<{ query: Query }>((tie) => ({
  query: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    condition,
    fc.record({ kind: fc.constant('not' as const), part: tie('query') }),
    fc.record({
      kind: fc.constantFrom('and' as const, 'or' as const),
      parts: fc.array(tie('query'), { minLength: 2, maxLength: 3 }),
    }),
  ),
}));

function refused(given: string): QueryError {
  try {
    parseQuery(given);
  } catch (error) {
    if (error instanceof QueryError) return error;
    throw error;
  }
  throw new Error(`'${given}' was taken for a query.`);
}

describe('a query', () => {
  it('is read as what it was printed from', () => {
    fc.assert(
      fc.property(query, (given) => {
        const printed = printQuery(given);
        fc.pre(printed.length <= 2000);
        expect(withoutPlaces(parseQuery(printed))).toEqual(withoutPlaces(given));
      }),
    );
  });

  it('is read or refused with a place inside it, whatever it is', () => {
    const anything = fc.oneof(
      fc.string({ maxLength: 40 }),
      fc
        .array(
          fc.constantFrom(
            'a',
            '(',
            ')',
            'and',
            'or',
            'not',
            'in',
            '=',
            '>',
            '~',
            ',',
            '"',
            "'",
            '9%',
            'frozen',
            'ago',
            '!',
          ),
        )
        .map((words) => words.join(' ')),
    );
    fc.assert(
      fc.property(anything, (given) => {
        try {
          parseQuery(given);
        } catch (error) {
          if (!(error instanceof QueryError)) throw error;
          expect(error.span.from).toBeGreaterThanOrEqual(0);
          expect(error.span.from).toBeLessThanOrEqual(given.length);
        }
      }),
    );
  });

  it.each([
    ['a = 1 or b = 2 and c = 3', 'a = 1 or (b = 2 and c = 3)'],
    ['a = 1 and b = 2 or c = 3', '(a = 1 and b = 2) or c = 3'],
    ['not a = 1 and b = 2', '(not a = 1) and b = 2'],
    ['NOT a == 1 AND b <> 2', 'not (a = 1) and b != 2'],
    ['a>=1', 'a >= 1'],
    ['LAST(loss)<.5', 'last(loss) < .5'],
    ['a NOT IN (1,2)', 'a not in (1, 2)'],
    ["frozen('/^conv4_/')", 'frozen("/^conv4_/")'],
    [String.raw`a = "x\"y\\z\d"`, String.raw`a = 'x"y\\z\d'`],
  ])('%s means %s', (given, same) => {
    expect(withoutPlaces(parseQuery(given))).toEqual(withoutPlaces(parseQuery(same)));
  });

  it.each(['', '   \n'])('without a condition (%j) fits everything', (empty) => {
    expect(parseQuery(empty)).toBeNull();
  });

  it.each([
    ['network = ', 11, 'the query ends', 'Write a value'],
    ['network = a b', 13, "there is 'b'", "'and' or 'or'"],
    ['(network = a', 13, 'the query ends', "')'"],
    ['network = a)', 12, "there is ')'", 'parenthesis'],
    ['= 3', 1, "there is '='", 'begins with a key'],
    ['a = 1 and', 10, 'the query ends', 'begins with a key'],
    ['name = "open', 8, 'a quote is not closed', 'Close the quote'],
    ['first(loss) > 1', 1, "there is 'first'", 'last, min, max'],
    ['a ! 1', 3, "there is '!'", 'Operators are'],
    ['a in 1', 6, "there is '1'", 'parentheses'],
    ['a in (1 2)', 9, "there is '2'", "','"],
    ['frozen()', 8, "there is ')'", 'Write a value'],
    [`${'('.repeat(51)}a${')'.repeat(51)}`, 51, 'deeper than 50', 'Leave out'],
    [`${'not '.repeat(60)}a`, 201, 'deeper than 50', 'Leave out'],
    [Array.from({ length: 51 }, () => 'a').join(' or '), 251, 'more than 50 conditions', 'in (...)'],
    ['a'.repeat(2001), 2001, 'to 2001 characters', 'at most 2000'],
  ])('%s is refused at character %i', (given, character, found, hint) => {
    const error = refused(given);
    expect(error.code).toBe('usage.invalid');
    expect(error.span.from + 1).toBe(character);
    expect(error.message).toContain(`At character ${character}, `);
    expect(error.message).toContain(found);
    expect(error.hint).toContain(hint);
  });

  it.each(['loss desc', 'last(loss', 'frozen("a")', '', 'last()', 'a = 1'])('%j names no key to sort by', (given) => {
    expect(() => parseOperand(given)).toThrow(QueryError);
  });
});
