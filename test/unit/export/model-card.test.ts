import { describe, expect, it } from 'vitest';
import { modelCard, type CardFacts, type CardOfExport } from '../../../src/engine/export/model-card.ts';
import { scaleToUnitRange } from '../../../src/engine/network/preprocessing.ts';

const layer = { kind: 'dense', outputShape: [4], statistics: null };
const facts: CardFacts = {
  thaw: '1.2.3',
  runId: '20260101-000000-abcd',
  name: 'Foxes and owls',
  createdAt: Date.UTC(2026, 0, 1),
  network: 'resnet18_224@torch',
  source: 'torchvision resnet18',
  strategy: 'finetune',
  weights: { source: 'the file resnet18.pth', sha256: 'ab'.repeat(32), licence: 'BSD-3-Clause' },
  head: '20251231-000000-head',
  dataset: { name: 'photographs', version: 'cd'.repeat(32), images: { train: 80, validation: 20, test: 0 } },
  layers: [
    { ...layer, name: 'a', block: 'stem', parameters: 10, state: 'frozen' },
    { ...layer, name: 'b', block: 'body', parameters: 20, state: 'trainable' },
    { ...layer, name: 'c', block: 'body', parameters: 30, state: 'frozen' },
    { ...layer, name: 'd', block: 'head', parameters: 1500, state: 'trainable' },
  ],
  parameters: { trainable: 1520, frozen: 40 },
  evaluations: [
    {
      split: 'validation',
      epoch: 3,
      images: 20,
      accuracy: 0.95,
      loss: 0.125,
      classes: [
        { name: 'fox', images: 12, precision: 1, recall: 11 / 12 },
        { name: 'owl', images: 8, precision: null, recall: 0 },
      ],
    },
  ],
};
const card = (changes: Partial<CardFacts> = {}, more: Partial<CardOfExport> = {}): string =>
  modelCard({
    facts: { ...facts, ...changes },
    format: 'pb',
    quantisation: null,
    program: 'predict.py',
    predicts: true,
    classes: ['fox', 'owl'],
    preprocessing: scaleToUnitRange(224, 224),
    epoch: 3,
    step: 60,
    files: [['model.pb', 'the graph']],
    selfTest: { runtime: 'TensorFlow 2.21.0', references: 8, drawn: 4, difference: 5e-7, allowed: 1e-4 },
    ...more,
  });

describe('the card of an exported model', () => {
  it.each([
    ['which weights of which run it is', /weights of epoch 3 \(step 60\), exported as `pb`/],
    ['its classes in the order of the outputs', /“fox”, “owl”/],
    ['its data and splits', /80 images to train on, 20 of validation, no test split/],
    ['its smallest class', /The smallest class of what was evaluated has 8 images/],
    ['its metrics', /accuracy 95\.0 %, loss 0\.1250/],
    ['a class that was never predicted', /\| owl \| 8 \| none \| 0\.0 % \|/],
    [
      'what was frozen, block by block',
      /\| stem \| 1 \| frozen \| 10 \|\n\| body \| 2 \| 1 \| 50 \|\n\| head \| 1 \| all \|/,
    ],
    ['the licence of the weights it began with', /Licence of those weights: BSD-3-Clause/],
    ['what its self-test found', /at most 5\.0e-7 from Thaw's own \(allowed: 1e-4\)/],
    ['how it is tested once more', /`python predict\.py --check` compares with Thaw in the model's own runtime/],
    ['the run whose head it began with', /Its head began as that of run `20251231-000000-head`/],
    ['its limits', /## Limits\n\n- /],
  ])('tells %s', (_, told) => expect(card()).toMatch(told));

  it('says where a licence is not known, and where no weights of others are in it', () => {
    const weights = { source: 'the file mine.h5', sha256: null, licence: null };
    expect(card({ weights })).toContain('The licence of those weights is not known to Thaw');
    expect(card({ weights: null })).toContain('It was trained from scratch');
  });

  it('takes names of anybody for text, never for markup', () => {
    const name = '[click](http://x) <script>\n# `x` | y';
    const text = card({ name }, { classes: [name] });
    expect(text.split('\n')[0]).toBe('# \\[click\\](http://x) \\<script\\> \\# \\`x\\` \\| y');
    expect(text).not.toContain('<script>');
  });

  it('counts classes that are too many to list', () => {
    expect(card({}, { classes: Array.from({ length: 200 }, (_, index) => `class ${index}`) })).toContain(
      '200 classes, in `classes.json`',
    );
  });
});
