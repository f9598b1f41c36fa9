import { Command } from 'commander';
import { expect, test } from 'vitest';
import {
  addPreprocessingFlags,
  preprocessingRequest,
  type PreprocessingFlags,
} from '../../../src/cli/commands/preprocessing-flags.ts';
import { expectError } from '../../support/expect-error.ts';

function parsed(...parameters: readonly string[]): ReturnType<typeof preprocessingRequest> {
  const command = new Command().exitOverride().configureOutput({ writeErr: () => undefined });
  addPreprocessingFlags(command);
  return preprocessingRequest(command.parse(parameters, { from: 'user' }).opts<PreprocessingFlags>());
}

test.each([
  [[], undefined],
  [['--preprocessing', 'tf', '--kernel', 'bicubic'], { values: 'tf', kernel: 'bicubic' }],
  [
    ['--mean', '0.5,0.4, 0.3', '--std', '1,2,3e-1'],
    { normalisation: { mean: [0.5, 0.4, 0.3], deviation: [1, 2, 0.3] } },
  ],
])('%j ask for %j', (parameters, asked) => {
  expect(parsed(...parameters)).toEqual(asked);
});

test.each([
  ['two numbers', ['--mean', '1,2', '--std', '1,1,1']],
  ['four numbers', ['--mean', '1,2,3,4', '--std', '1,1,1']],
  ['no numbers', ['--mean', 'a,b,c', '--std', '1,1,1']],
  ['an empty place', ['--mean', '1,,3', '--std', '1,1,1']],
  ['a rule as well', ['--mean', '0,0,0', '--std', '1,1,1', '--preprocessing', 'tf']],
])('%s are refused', (_, parameters) => {
  expect(() => parsed(...parameters)).toThrow(/error: /);
});

test('a mean without a deviation is refused', () =>
  expectError(() => parsed('--mean', '0,0,0'), 'usage.invalid', '--mean alone'));
