import { Command } from 'commander';
import { expect, it } from 'vitest';
import { commandWords } from '../../../src/cli/command-words.ts';

function program(): Command {
  const thaw = new Command('thaw');
  thaw.command('train').option('-d, --dataset <folder>').option('--json');
  const runs = thaw.command('runs');
  runs.command('note').argument('<id>').argument('<text>').option('--json');
  runs.command('list').option('--query <query>');
  return thaw;
}

it.each([
  [['train', '--dataset', 'data/jane', '--json'], 'thaw train --dataset --json'],
  [['train', '--dataset=data/jane', '-d', 'jane'], 'thaw train --dataset -d'],
  [['train', 'runs', 'note'], 'thaw train'],
  [['runs', 'note', '20261126-1', 'patient Jane', '--json'], 'thaw runs note --json'],
  [['runs', 'note', '20261126-1', 'note', 'list'], 'thaw runs note'],
  [['runs', 'note', '20261126-1', '--', '--json'], 'thaw runs note'],
  [['runs', 'note', '--jane=ill', '-5'], 'thaw runs note'],
  [['jane'], 'thaw'],
] as const)('of %j the log may tell %s', (parameters, words) => {
  expect(commandWords(program(), parameters)).toBe(words);
});
