import { Option, type Command } from 'commander';
import { LEARNING_TASKS, type LearningTask } from '../../shared/contract/learning-task.ts';
import type { TrainingPlanRequest } from '../../shared/contract/plan-request.ts';
import { ThawError } from '../../shared/errors/thaw-error.ts';
import { decimalNumber } from '../number-flag.ts';

/** What is learnt of the images. */
export interface TaskFlags {
  readonly task?: LearningTask['kind'];
  readonly layerwise?: true;
  readonly noise?: number;
  readonly margin?: number;
}

/** Between two images, or the scores of two, where nobody says another. */
const USUAL_MARGIN = 1;

export function addTaskFlags(command: Command): void {
  command
    .addOption(
      new Option(
        '--task <name>',
        'classify: the classes (default); without classes, for weights to go on with: autoencoder, rotation, corruption, pairs, ranking',
      ).choices(LEARNING_TASKS),
    )
    .option('--layerwise', 'autoencoder: one layer after the other, each for --epochs, the ones below frozen')
    .option(
      '--noise <share>',
      'autoencoder: the share of the inputs that are set to zero while training (default: 0)',
      decimalNumber({ least: 0, most: 1, below: true }),
    )
    .option(
      '--margin <distance>',
      'pairs and ranking: how far apart two images, or their scores, are to be (default: 1)',
      decimalNumber({ least: 0, above: true, most: 1000 }),
    );
}

/** @throws ThawError `usage.invalid` for a setting of another task */
function expectOwn(kind: LearningTask['kind'], { layerwise, noise, margin }: TaskFlags): void {
  const autoencoder = ['autoencoder'] as const;
  const settings: readonly (readonly [string, unknown, readonly LearningTask['kind'][]])[] = [
    ['--layerwise', layerwise, autoencoder],
    ['--noise', noise, autoencoder],
    ['--margin', margin, ['pairs', 'ranking']],
  ];
  const [flag, , owners = []] =
    settings.find(([, value, allowed]) => value !== undefined && !allowed.includes(kind)) ?? [];
  if (flag === undefined) return;
  throw new ThawError(
    'usage.invalid',
    `${flag} belongs to --task ${owners.join(' or ')}; received it with ${kind}.`,
    `Leave it out, or pass --task ${owners[0] ?? ''}.`,
  );
}

/** What the flags ask for; nothing where none was given. @throws ThawError `usage.invalid` for a setting of another task */
export function taskRequest(flags: TaskFlags): Pick<TrainingPlanRequest, 'task'> {
  const { task, layerwise = false, noise = 0, margin = USUAL_MARGIN } = flags;
  expectOwn(task ?? 'classify', flags);
  if (task === undefined) return {};
  switch (task) {
    case 'autoencoder':
      return { task: { kind: task, layerwise, noise } };
    case 'pairs':
    case 'ranking':
      return { task: { kind: task, margin } };
    case 'classify':
    case 'rotation':
    case 'corruption':
      return { task: { kind: task } };
  }
}
