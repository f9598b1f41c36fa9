import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { openLog } from '../../../../src/engine/experiment/log.ts';
import { listRuns } from '../../../../src/engine/experiment/run-list.ts';
import type { Literal, Operand, Operator, Query } from '../../../../src/engine/experiment/query/syntax.ts';
import { expectError } from '../../../support/expect-error.ts';
import { QUERIED_RUNS, writeRuns, type QueriedRun } from '../../../support/queried-runs.ts';
import { printQuery } from '../../../support/run-query.ts';
import { temporaryFolder } from '../../../support/temporary-folder.ts';

const log = openLog(temporaryFolder());
const ids = writeRuns(log, QUERIED_RUNS);
afterAll(() => log.close());

async function fitting(query: string): Promise<readonly number[]> {
  const { runs, total } = await listRuns(log, { query });
  expect(total).toBe(runs.length);
  return runs.map(({ runId }) => ids.indexOf(runId)).toSorted((first, second) => first - second);
}

const placesOf = (test: (run: QueriedRun, place: number) => boolean): readonly number[] =>
  QUERIED_RUNS.flatMap((run, place) => (test(run, place) ? [place] : []));

const lower = (text: string): string => text.replaceAll(/[A-Z]/g, (letter) => letter.toLowerCase());

// Below, what a query means is written down once more, plainly and over the runs as the test made them.

function numberOf(run: QueriedRun, { key, take }: Operand): number | null {
  if (key === 'learningRate') return run.learningRate;
  const { accuracies } = run;
  if (accuracies.length === 0) return null;
  if (take === 'last') return accuracies.at(-1) ?? null;
  return take === 'min' ? Math.min(...accuracies) : Math.max(...accuracies);
}

const NUMBERS: Readonly<Record<string, (left: number, right: number) => boolean>> = {
  '=': (left, right) => left === right,
  '!=': (left, right) => left !== right,
  '>': (left, right) => left > right,
  '>=': (left, right) => left >= right,
  '<': (left, right) => left < right,
  '<=': (left, right) => left <= right,
};

function textFits(value: string, operator: Operator, text: string): boolean {
  if (operator === '=' || operator === '!=') return (lower(value) === lower(text)) === (operator === '=');
  const regex = /^\/(.+)\/$/.exec(text)?.[1];
  const found = regex === undefined ? lower(value).includes(lower(text)) : new RegExp(regex, 'u').test(value);
  return found === (operator === '~');
}

const DAYS: Readonly<Record<string, readonly [Date, Date]>> = {
  '2024-02': [new Date(2024, 1, 1), new Date(2024, 2, 1)],
  '2024-02-02': [new Date(2024, 1, 2), new Date(2024, 1, 3)],
  '2024-03-01': [new Date(2024, 2, 1), new Date(2024, 2, 2)],
  '2024-01-01 12:00': [new Date(2024, 0, 1, 12), new Date(2024, 0, 1, 12, 1)],
};

function timeFits(time: Date, operator: Operator, text: string): boolean {
  const [from, to] = DAYS[text] ?? [new Date(0), new Date(0)];
  const within = time >= from && time < to;
  if (operator === '=' || operator === '!=') return within === (operator === '=');
  if (operator === '>') return time >= to;
  if (operator === '>=') return time >= from;
  return operator === '<' ? time < from : time < to;
}

function comparisonFits(run: QueriedRun, operand: Operand, operator: Operator, text: string): boolean {
  const negated = operator === '!=' || operator === '!~';
  switch (operand.key) {
    case 'tag':
      if (negated) return run.tags.every((tag) => textFits(tag, operator, text));
      return run.tags.some((tag) => textFits(tag, operator, text));
    case 'name':
      return textFits(run.name, operator, text);
    case 'note':
      return run.note !== '' && textFits(run.note, operator, text);
    case 'created':
      return timeFits(run.created, operator, text);
    default: {
      const value = numberOf(run, operand);
      return value !== null && NUMBERS[operator]?.(value, Number(text)) === true;
    }
  }
}

function isMissing(run: QueriedRun, operand: Operand): boolean {
  if (operand.key === 'tag') return run.tags.length === 0;
  if (operand.key === 'note') return run.note === '';
  return ['val_accuracy', 'learningRate'].includes(operand.key) && numberOf(run, operand) === null;
}

function layersFit(run: QueriedRun, state: string, pattern: string): boolean {
  const regex = /^\/(.+)\/$/.exec(pattern)?.[1];
  const meant = Object.entries(run.layers ?? {}).filter(([path]) =>
    path.split('/').some((part) => (regex === undefined ? part === pattern : new RegExp(regex, 'u').test(part))),
  );
  return meant.length > 0 && meant.every(([, found]) => found === state);
}

function fits(run: QueriedRun, query: Query): boolean {
  switch (query.kind) {
    case 'and':
      return query.parts.every((part) => fits(run, part));
    case 'or':
      return query.parts.some((part) => fits(run, part));
    case 'not':
      return !fits(run, query.part);
    case 'comparison':
      return comparisonFits(run, query.operand, query.operator, query.value.text);
    case 'membership': {
      const { operand, values, negated } = query;
      if (negated) return values.every(({ text }) => comparisonFits(run, operand, '!=', text));
      return values.some(({ text }) => comparisonFits(run, operand, '=', text));
    }
    case 'truth':
      return run.starred;
    case 'missing':
      return isMissing(run, query.operand);
    case 'frozen':
    case 'trainable':
      return layersFit(run, query.kind, query.pattern.text);
  }
}

const nowhere = { from: 0, to: 0 };
const literal = (text: string): Literal => ({ text, quoted: true, ...nowhere });
const operandOf = (key: string, take: Operand['take'] = 'value'): Operand => ({ key, take, ...nowhere });

function conditions(
  operands: readonly Operand[],
  operators: readonly Operator[],
  values: readonly string[],
): fc.Arbitrary<Query> {
  const operand = fc.constantFrom(...operands);
  const value = fc.constantFrom(...values).map(literal);
  return fc.oneof(
    fc.record({
      kind: fc.constant('comparison' as const),
      operand,
      operator: fc.constantFrom(...operators),
      value,
    }),
    fc.record({
      kind: fc.constant('membership' as const),
      operand,
      negated: fc.boolean(),
      values: fc.array(value, { minLength: 1, maxLength: 3 }),
    }),
    fc.record({ kind: fc.constant('missing' as const), operand }),
  );
}

const TEXT_OPERATORS = ['=', '!=', '~', '!~'] as const;
const ORDER_OPERATORS = ['=', '!=', '>', '>=', '<', '<='] as const;
const condition = fc.oneof(
  conditions(
    [
      ...(['value', 'last', 'min', 'max'] as const).map((take) => operandOf('val_accuracy', take)),
      operandOf('learningRate'),
    ],
    ORDER_OPERATORS,
    ['0.5', '0.7', '0.9', '0.01', '1e-3', '0.65'],
  ),
  conditions([operandOf('name'), operandOf('note')], TEXT_OPERATORS, [
    'second try',
    'TRY',
    '/^[Ff]irst/',
    '/ï|%/',
    '100%',
    '_',
    'a "quoted" one',
  ]),
  conditions([operandOf('tag')], TEXT_OPERATORS, ['baseline', 'LONG', 'o', '/^B/', 'none']),
  conditions([operandOf('created')], ORDER_OPERATORS, Object.keys(DAYS)),
  fc.constant<Query>({ kind: 'truth', operand: operandOf('starred') }),
  fc.record({
    kind: fc.constantFrom('frozen' as const, 'trainable' as const),
    pattern: fc
      .constantFrom('/^conv4_/', 'conv4_block2', 'conv_dw_1', 'logits', '/./', '/conv/', '/^top|dw/', 'block_1')
      .map(literal),
  }),
);
const { query: anyQuery } = fc.letrec<{ query: Query }>((tie) => ({
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

describe('a query of the runs', () => {
  it('finds the runs that it means, and no other', async () => {
    await fc.assert(
      fc.asyncProperty(anyQuery, async (query) => {
        const text = printQuery(query);
        fc.pre(text.length <= 2000);
        expect(await fitting(text)).toEqual(placesOf((run) => fits(run, query)));
      }),
      { numRuns: 300 },
    );
  });

  it.each([
    ['network = resnet50', 'resnet50_224'],
    ['network = ResNet50', 'resnet50_224'],
    ['network = InceptionV3', 'inception_v3_299'],
    ['network in (VGG16_224, nowhere)', 'vgg16_224'],
    ['network not in (resnet50, InceptionV3)', 'vgg16_224'],
    ['plan.network ~ vgg', 'vgg16_224'],
  ])('%s means %s, by whatever name', async (query, network) => {
    expect(await fitting(query)).toEqual(placesOf((run) => run.network === network));
  });

  it.each([
    ['optimizer.learningRate = 1e-2', placesOf((run) => run.learningRate === 0.01)],
    ['val_accuracy >= 90%', placesOf((run) => run.accuracies.includes(0.9))],
    ['nesterov = false and newHead = no', placesOf(() => true)],
    ['loss < 0.2', placesOf((run) => run.accuracies.includes(0.9))],
    ['plan.loss = crossentropy', placesOf(() => true)],
    ['created > 1s ago', []],
    ['created < today', placesOf(() => true)],
    ['status in (queued, running)', placesOf(() => true)],
    ['parent = x or group = y or missing(parent) and starred', placesOf((run) => run.starred)],
    ['starred = true', placesOf((run) => run.starred)],
    ['starred != true', placesOf((run) => !run.starred)],
    ['duration < 1h', []],
    ['missing(duration)', placesOf(() => true)],
    [`name = "' OR 1=1 --"`, []],
  ])('%s is understood', async (query, places) => {
    expect(await fitting(query)).toEqual(places);
  });

  it.each([
    ['val_acuracy > 0.9', 'usage.noMatch', ["no run has a key 'val_acuracy'", 'Nearest: val_accuracy.']],
    ['kind = sgd', 'usage.invalid', ['one of several', 'optimizer.kind']],
    ['network', 'usage.invalid', ['stands alone']],
    ['last(network) = x', 'usage.invalid', ['is of a metric']],
    ['val_accuracy > high', 'usage.invalid', ['At character 16', 'is a number']],
    ['val_accuracy ~ 9', 'usage.invalid', ["'~'"]],
    ['created > soon', 'usage.invalid', ['is a time']],
    ['created > 2024-02-30', 'usage.invalid', ['is a time']],
    ['duration > long', 'usage.invalid', ['length of time']],
    ['starred = maybe', 'usage.invalid', ['true or false']],
    ['starred > true', 'usage.invalid', ["'>'"]],
    ['name ~ "/(/"', 'usage.invalid', ['does not parse']],
    [`name ~ "/${'x'.repeat(501)}/"`, 'usage.invalid', ['501 characters']],
    ['frozen("conv4_blok1")', 'usage.noMatch', ['Nearest: conv4_block1']],
    ['frozen("last:2")', 'usage.invalid', ['depends on a network']],
    ['frozen("")', 'usage.invalid', ['no layer is named']],
  ] as const)('%s is refused', async (query, code, words) => {
    await expectError(() => listRuns(log, { query }), code, ...words);
  });

  it('ends a search that would not end by itself', async () => {
    const own = openLog(temporaryFolder());
    writeRuns(own, [{ ...(QUERIED_RUNS[0] as QueriedRun), name: `${'a'.repeat(60)}!` }]);
    await expectError(() => listRuns(own, { query: 'name ~ "/^(a+)+$/"' }), 'usage.invalid', 'was not over');
    own.close();
  });

  it('knows its keys also while there is no run', async () => {
    const own = openLog(temporaryFolder());
    const query = 'val_accuracy > 0.9 and tag = x and frozen("/./") and network = resnet50';
    expect(await listRuns(own, { query, sort: [{ key: 'last(loss)', descending: true }] })).toEqual({
      total: 0,
      runs: [],
    });
    own.close();
  });
});
