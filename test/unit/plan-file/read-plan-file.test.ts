import { describe, expect, it } from 'vitest';
import { ThawError } from '../../../src/shared/errors/thaw-error.ts';
import type { ParsedPlans, PlanFormat } from '../../../src/shared/contract/plan-file.ts';
import { readPlanFile } from '../../../src/engine/plan-file/read-plan-file.ts';

const FOLDER = '/pictures/plans';

function read(text: string, format: PlanFormat = 'yaml'): ParsedPlans {
  return readPlanFile(text, format, { name: 'plan.yaml', folder: FOLDER });
}

function refusal(text: string, format: PlanFormat = 'yaml'): ThawError {
  try {
    read(text, format);
  } catch (error) {
    if (error instanceof ThawError) return error;
    throw error;
  }
  throw new Error('It was read.');
}

const NOTHING = { name: null, weightsOf: null, headWeightsOf: null, parentOf: null, parent: null, asks: [] };

describe('a plan file', () => {
  it.each<[string, string, object]>([
    ['a path', 'dataset: ants', { dataset: { kind: 'folder', path: `${FOLDER}/ants` } }],
    ['a path out of the folder', 'dataset: ../ants', { dataset: { kind: 'folder', path: '/pictures/ants' } }],
    ['the sample', 'dataset: sample', { dataset: { kind: 'sample' } }],
    ['features', 'dataset: a.npz', { dataset: { kind: 'features', path: `${FOLDER}/a.npz` } }],
    [
      'a folder with its structure',
      'dataset: { kind: folder, path: a, structure: { kind: namedFiles, pattern: "{class}.#" } }',
      {
        dataset: { kind: 'folder', path: `${FOLDER}/a`, structure: { kind: 'namedFiles', pattern: '{class}.#' } },
      },
    ],
    ['a weight file', 'weights: w.h5', { weights: { kind: 'file', path: `${FOLDER}/w.h5` } }],
    ['shipped weights', 'weights: shipped', { weights: { kind: 'shipped' } }],
    ['no weights', 'weights: none', { weights: { kind: 'none' } }],
    ['published weights', 'weights: published:a.h5', { weights: { kind: 'published', name: 'a.h5' } }],
    [
      "a run's weights",
      'weights: run:20261123-231045-k3f9@12',
      { weights: { kind: 'run', runId: '20261123-231045-k3f9', checkpoint: { step: 12 } } },
    ],
    [
      'rules in order, in either form',
      'rules:\n  - freeze: /./\n  - { action: thaw, pattern: last:4 }\n  - thawStatistics: conv1',
      {
        rules: [
          { action: 'freeze', pattern: '/./' },
          { action: 'thaw', pattern: 'last:4' },
          { action: 'thawStatistics', pattern: 'conv1' },
        ],
      },
    ],
    [
      'kinds as words',
      'optimizer: adam\nschedule: cosine\nclassWeights: balanced',
      { optimizer: { kind: 'adam' }, schedule: { kind: 'cosine' }, classWeights: { kind: 'balanced' } },
    ],
    [
      'rules of stages',
      'stages:\n  - name: all\n    rules: [{ freeze: a }]',
      { stages: [{ name: 'all', rules: [{ action: 'freeze', pattern: 'a' }] }] },
    ],
    ['an anchor and its alias', 'epochs: &n 3\nbatchSize: *n', { epochs: 3, batchSize: 3 }],
  ])('may hold %s', (_, text, plan) => {
    expect(read(text)).toEqual({ group: null, runs: [{ ...NOTHING, plan }] });
  });

  it('may be JSON', () => {
    expect(read('{\n\t"dataset": "ants",\n\t"epochs": 3\n}', 'json').runs[0]?.plan).toEqual({
      dataset: { kind: 'folder', path: `${FOLDER}/ants` },
      epochs: 3,
    });
  });

  it.each<[string, string, string]>([
    [
      'a key that is near one',
      'seed: 1\nepoch: 3',
      "plan.yaml, line 2: 'epoch' is no key of a plan; did you mean 'epochs'?",
    ],
    [
      'a key of a map that is near one',
      'optimizer:\n  kind: sgd\n  momentun: 0.9',
      "line 3: 'momentun' is no key of 'optimizer'; did you mean 'momentum'?",
    ],
    [
      'a key of a kind',
      'weights:\n  kind: file\n  path: a\n  maping: []',
      "line 4: 'maping' is no key of 'weights'; did you mean 'mapping'?",
    ],
    [
      'a key that is near none',
      'seed: 1\n\nqwertzuiop: 3',
      "line 3: 'qwertzuiop' is no key of a plan, which has dataset",
    ],
    [
      'a key of a run',
      'runs:\n  - name: a\n    strategi: scratch',
      "line 3: 'strategi' is no key of a plan; did you mean 'strategy'?",
    ],
    [
      'a key of what runs have in common',
      'plan:\n  epoch: 3\nruns:\n  - name: a',
      "line 2: 'epoch' is no key of a plan; did you mean 'epochs'?",
    ],
    ['a key beside runs', 'seed: 1\nruns:\n  - name: a', "line 1: 'seed' is no key of a plan"],
    ['a value of another type', 'seed: 1\nepochs: many', `line 2: 'epochs' must be a number; received "many"`],
    ['a value out of its range', 'batchSize: 0', "line 1: 'batchSize' must be at least 1; received 0"],
    ['a word that is none', 'strategy: thaw', "line 1: 'strategy' must be one of features, finetune, scratch"],
    [
      'a kind that is none',
      'optimizer: adam\nschedule: cosinus',
      "line 2: 'schedule.kind' must be one of constant, step",
    ],
    [
      'a value deep within',
      'rules:\n  - freeze: a\n  - freeze: 3',
      "line 3: 'rules.1.pattern' must be text; received 3",
    ],
    ['a rule that is none', 'rules:\n  - freez: a', "'freez' is no key of 'rules.0'"],
    ['a key twice', 'epochs: 1\nseed: 2\nepochs: 3', 'plan.yaml, line 3: a key stands there twice'],
    ['a tag', 'epochs: 1\nseed: !exec 2', 'plan.yaml, line 2: Unresolved tag: !exec'],
    ['a map as a key', '? [1]\n: 2', 'plan.yaml, line 1: With stringKeys, all keys must be strings'],
    ['two documents', 'epochs: 1\n---\nepochs: 2', 'plan.yaml, line'],
    ['what does not parse', 'epochs: [1', 'plan.yaml, line 1'],
    ['nothing', '', 'plan.yaml is empty'],
    ['a list', '- epochs', 'plan.yaml is something else'],
    [
      'a grant',
      'dataset: { kind: granted, grantId: a }',
      "a grant names a file for one window alone; 'dataset' is one",
    ],
    ['a checkpoint that is none', 'weights: run:a@b', 'A checkpoint of a run is its best, its last'],
  ])('is refused for %s', (_, text, message) => {
    const error = refusal(text);
    expect(error.code).toBe('usage.invalid');
    expect(error.message).toContain(message);
  });

  it('tells all that is wrong, each with its line', () => {
    expect(
      refusal('epoch: 1\nbatchSize: 0\nlos: crossEntropy')
        .message.match(/line \d+/g)
        ?.sort(),
    ).toEqual(['line 1', 'line 2', 'line 3']);
  });

  it.each<[string, string, PlanFormat, string]>([
    ['aliases that stand for very much', bomb(), 'yaml', 'its aliases stand for more than'],
    ['nesting without end', '['.repeat(200_000), 'yaml', 'of plan.yaml it'],
    ['JSON that is none', '{"epochs": 1,}', 'json', 'plan.yaml is to be JSON; it does not parse'],
    ['YAML that calls itself JSON', 'epochs: 1', 'json', 'plan.yaml is to be JSON; it does not parse'],
    ['JSON with a key twice', '{"epochs": 1,\n"epochs": 2}', 'json', 'line 2: a key stands there twice'],
  ])('ends in bounded time for %s', (_, text, format, message) => {
    expect(refusal(text, format).message).toContain(message);
  });
});

/** Each anchor stands for nine of the one before. */
function bomb(): string {
  const names = Array.from('abcdefghij');
  const lines = names.map((name, index) =>
    index === 0
      ? `${name}: &${name} [x]`
      : `${name}: &${name} [${Array(9)
          .fill(`*${names[index - 1] ?? ''}`)
          .join(',')}]`,
  );
  return lines.join('\n');
}

describe('a plan file of several runs', () => {
  const FILE = `
group: series
plan:
  dataset: ants
  weights: w.h5
  optimizer: { kind: sgd, learningRate: 0.1, momentum: 0.5 }
  rules: [{ freeze: a }]
runs:
  - name: head
    optimizer: { learningRate: 0.2 }
  - name: all
    weights: run:head@last
    optimizer: adam
    rules: []
  - name: longer
    parent: run:all
    headWeights: { kind: run, name: head }
  - name: other
    weights: run:20261123-231045-k3f9
`;

  it('puts what all have in common into each, and names what a run takes of earlier ones', () => {
    const { group, runs } = read(FILE);
    const dataset = { kind: 'folder', path: `${FOLDER}/ants` };
    const rules = [{ action: 'freeze', pattern: 'a' }];
    const sgd = { kind: 'sgd', learningRate: 0.1, momentum: 0.5 };
    expect(group).toBe('series');
    expect(runs).toEqual([
      {
        ...NOTHING,
        name: 'head',
        plan: {
          dataset,
          rules,
          weights: { kind: 'file', path: `${FOLDER}/w.h5` },
          optimizer: { ...sgd, learningRate: 0.2 },
        },
      },
      {
        ...NOTHING,
        name: 'all',
        weightsOf: { name: 'head', checkpoint: 'last' },
        plan: { dataset, rules: [], optimizer: { kind: 'adam' } },
      },
      {
        ...NOTHING,
        name: 'longer',
        parentOf: { name: 'all' },
        headWeightsOf: { name: 'head' },
        plan: { dataset, rules, optimizer: sgd },
      },
      {
        ...NOTHING,
        name: 'other',
        plan: { dataset, rules, optimizer: sgd, weights: { kind: 'run', runId: '20261123-231045-k3f9' } },
      },
    ]);
  });

  it.each<[string, string, string]>([
    ['a run below', 'runs:\n  - name: a\n    weights: run:b\n  - name: b', "line 3: 'b' is not done by then"],
    ['itself', 'runs:\n  - name: a\n    parent: run:a', "line 3: 'a' is not done by then"],
    [
      'a run that is not there',
      'runs:\n  - name: head\n  - name: b\n    weights: run:haed',
      "line 4: 'weights' names a run above, or one of the log by its id; 'haed' is neither.",
    ],
    [
      'a run above as a part of a fused network',
      'runs:\n  - name: a\n  - name: b\n    weights:\n      kind: fused\n      parts:\n        - { kind: shipped }\n        - { kind: run, name: a }',
      "line 8: parts of a fused network begin with runs of the log, by their ids; 'a' is none.",
    ],
    ['a name twice', 'runs:\n  - name: a\n  - name: a', 'line 3: runs of a file have names of their own'],
    ['no name', 'runs:\n  - seed: 1', "line 2: 'name' must be text; received nothing"],
    ['a name with an @', 'runs:\n  - name: a@b', "line 2: 'name' is not right: a name has no @"],
    ['no runs', 'runs: []', "line 1: 'runs' must be at least 1 entries"],
  ])('is refused for %s', (_, text, message) => {
    expect(refusal(text).message).toContain(message);
  });
});

describe('a plan file for a window, which reaches no path by name', () => {
  it('is read without its paths, which are asked for', () => {
    const text = 'dataset: ../ants\nweights: { kind: file, path: /etc/w.h5, mapping: ["strip:a."] }\nepochs: 3';
    expect(readPlanFile(text, 'yaml').runs).toEqual([
      {
        ...NOTHING,
        plan: { epochs: 3 },
        asks: [
          { field: 'dataset', path: '../ants' },
          { field: 'weights', path: '/etc/w.h5', mapping: ['strip:a.'] },
        ],
      },
    ]);
  });

  it('keeps the other parts of a fused network, and asks for the file of each by its place', () => {
    const run = { kind: 'run', runId: '20261123-231045-k3f9' };
    const parts = [run, { kind: 'file', path: 'w.h5', mapping: ['strip:a.'] }, { kind: 'file', path: 'v.h5' }];
    const text = JSON.stringify({ weights: { kind: 'fused', parts } });
    expect(readPlanFile(text, 'json').runs).toEqual([
      {
        ...NOTHING,
        plan: { weights: { kind: 'fused', parts: [run, { kind: 'shipped' }, { kind: 'shipped' }] } },
        asks: [
          { field: 'weights', path: 'w.h5', mapping: ['strip:a.'], part: 1 },
          { field: 'weights', path: 'v.h5', part: 2 },
        ],
      },
    ]);
  });
});
