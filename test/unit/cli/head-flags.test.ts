import { Command, CommanderError } from 'commander';
import { describe, expect, it } from 'vitest';
import { addHeadFlags, headRequest, type HeadFlags } from '../../../src/cli/commands/head-flags.ts';
import { headWords } from '../../../src/shared/contract/head-words.ts';
import { completeHead } from '../../../src/engine/service/complete-head.ts';
import { expectError } from '../../support/expect-error.ts';

function requestOf(...words: readonly string[]): ReturnType<typeof headRequest> {
  const command = new Command().exitOverride().configureOutput({ writeErr: () => undefined });
  addHeadFlags(command);
  return headRequest(command.parse(words, { from: 'user' }).opts<HeadFlags>());
}

describe('the flags of a head', () => {
  it('say nothing where none is given', () => {
    expect(requestOf()).toBeUndefined();
    expect(headWords(completeHead(requestOf()))).toBeNull();
  });

  it.each([
    [['--head-pooling', 'max'], { pooling: 'max' }, 'max pooling'],
    [['--temperature', '2.5'], { temperature: 2.5 }, 'logits divided by 2.5'],
    [['--head-base', 'mixed7'], { base: 'mixed7' }, 'on mixed7'],
    [['--head-initializer', 'heNormal'], { initializer: 'heNormal' }, 'begins heNormal'],
    [
      ['--head-initializer', 'truncatedNormal:0.001'],
      { initializer: 'truncatedNormal', standardDeviation: 0.001 },
      'begins truncatedNormal 0.001',
    ],
    [
      ['--head-hidden', '256:relu:0.5,128'],
      {
        hidden: [
          { kind: 'dense', units: 256, activation: 'relu', batchNorm: false, dropout: 0.5 },
          { kind: 'dense', units: 128, activation: 'relu', batchNorm: false, dropout: 0 },
        ],
      },
      'dense 256 relu, dropout 0.5; dense 128 relu',
    ],
    [
      ['--head-hidden', 'conv64:bn, 32:tanh:bn:.1'],
      {
        hidden: [
          { kind: 'conv', filters: 64, activation: 'relu', batchNorm: true, dropout: 0 },
          { kind: 'dense', units: 32, activation: 'tanh', batchNorm: true, dropout: 0.1 },
        ],
      },
      'conv 64 relu with BatchNorm; dense 32 tanh with BatchNorm, dropout 0.1',
    ],
  ])('%j', (words, request, told) => {
    expect(requestOf(...words)).toEqual(request);
    expect(headWords(completeHead(requestOf(...words)))).toBe(told);
  });

  it.each([
    [['--head-hidden', '256:reluu'], 'relu6'],
    [['--head-hidden', '256:1.5'], 'dropout share below 1'],
    [['--head-hidden', 'many'], "'many'"],
    [['--head-hidden', '0'], "'0'"],
    [['--head-hidden', '256,,128'], "''"],
    [['--head-initializer', 'he'], 'heNormal'],
    [['--head-initializer', 'truncatedNormal:0'], '0'],
    [['--head-pooling', 'sum'], 'average'],
    [['--temperature', '0'], '0'],
    [['--dropout', '1'], 'less than 1'],
  ])('%j is refused', (words, told) => {
    let refusal: unknown;
    try {
      requestOf(...words);
    } catch (error) {
      refusal = error;
    }
    expect(refusal).toBeInstanceOf(CommanderError);
    expect(String(refusal)).toContain(told);
  });

  it('a standard deviation is of the truncated normal alone', async () => {
    await expectError(
      () => completeHead(requestOf('--head-initializer', 'heNormal:0.1')),
      'usage.invalid',
      '0.1 with heNormal',
    );
  });
});
