import { Option, type Command } from 'commander';
import type { Transport } from '../../shared/contract/endpoint.ts';
import type { TrainingPlanRequest } from '../../shared/contract/plan-request.ts';
import { ThawError } from '../../shared/errors/thaw-error.ts';
import { wholeNumber } from '../number-flag.ts';

/** Stages that are made of a network's blocks; others are written in a plan file. */
export interface StageFlags {
  readonly gradualUnfreezing?: number;
  readonly discriminative?: true;
}

export function addStageFlags(command: Command): void {
  command
    .addOption(
      new Option(
        '--gradual-unfreezing <blocks>',
        'train in stages: the head, then one block more in each, from the top; --epochs is how long each takes, --lr the rate of the head, and the others learn at a tenth of it (default: one piece)',
      )
        .argParser(wholeNumber({ least: 1, most: 49 }))
        .conflicts(['strategy', 'plan']),
    )
    .option('--discriminative', 'in such stages, let each block learn at 1/2.6 of the rate of the one above it');
}

/** The request in the stages that the flags ask for; as it is where they ask for none. @throws ThawError `network.unknown`, `usage.invalid` */
export async function withStageFlags(
  engine: Transport,
  request: TrainingPlanRequest,
  { gradualUnfreezing, discriminative }: StageFlags,
): Promise<TrainingPlanRequest> {
  if (gradualUnfreezing === undefined) {
    if (!discriminative) return request;
    throw new ThawError(
      'usage.invalid',
      '--discriminative says how fast the blocks of --gradual-unfreezing learn; received it without that.',
      'Pass --gradual-unfreezing with a number of blocks as well, or give rates by --lr-for.',
    );
  }
  const { network, epochs, optimizer, rules = [], learningRateRules = [] } = request;
  if (rules.length + learningRateRules.length > 0) {
    throw new ThawError(
      'usage.invalid',
      'Gradual unfreezing says itself which layers train in each stage, and how fast; received rules beside it.',
      'Leave --freeze, --thaw and --lr-for out, or write the stages in a plan file.',
    );
  }
  const { stages } = await engine.invoke('plans.stagePreset', {
    preset: 'gradualUnfreezing',
    blocks: gradualUnfreezing,
    ...(network !== undefined && { network }),
    ...(epochs !== undefined && { epochs }),
    ...(optimizer?.learningRate !== undefined && { learningRate: optimizer.learningRate }),
    ...(optimizer?.kind && { optimizer: optimizer.kind }),
    ...(discriminative && { discriminative }),
  });
  return { ...request, stages };
}
