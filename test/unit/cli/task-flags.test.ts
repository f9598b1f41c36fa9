import { Command } from 'commander';
import { describe, expect, it } from 'vitest';
import { addTaskFlags, taskRequest } from '../../../src/cli/commands/task-flags.ts';
import { expectError } from '../../support/expect-error.ts';

function asked(...words: readonly string[]) {
  const command = new Command().exitOverride().configureOutput({ writeErr: () => undefined });
  addTaskFlags(command);
  return taskRequest(command.parse(words, { from: 'user' }).opts());
}

describe('--task', () => {
  it.each([
    [[], {}],
    [['--task', 'classify'], { task: { kind: 'classify' } }],
    [['--task', 'rotation'], { task: { kind: 'rotation' } }],
    [['--task', 'pairs'], { task: { kind: 'pairs', margin: 1 } }],
    [['--task', 'ranking', '--margin', '0.5'], { task: { kind: 'ranking', margin: 0.5 } }],
    [['--task', 'autoencoder'], { task: { kind: 'autoencoder', layerwise: false, noise: 0 } }],
    [
      ['--task', 'autoencoder', '--layerwise', '--noise', '0.2'],
      { task: { kind: 'autoencoder', layerwise: true, noise: 0.2 } },
    ],
  ])('%j', (words, expected) => expect(asked(...words)).toEqual(expected));

  it.each([
    [['--layerwise'], '--layerwise belongs to --task autoencoder; received it with classify'],
    [['--task', 'pairs', '--noise', '0.2'], '--noise belongs to --task autoencoder; received it with pairs'],
    [['--task', 'rotation', '--margin', '1'], '--margin belongs to --task pairs or ranking'],
  ])('%j is refused', (words, message) => expectError(() => asked(...words), 'usage.invalid', message));
});
