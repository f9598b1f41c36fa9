import { Command } from 'commander';
import { afterAll, describe, expect, it } from 'vitest';
import { addStageFlags, withStageFlags, type StageFlags } from '../../../src/cli/commands/stage-flags.ts';
import type { Transport } from '../../../src/shared/contract/endpoint.ts';
import type { TrainingPlanRequest } from '../../../src/shared/contract/plan-request.ts';
import { createService } from '../../../src/engine/service/create-service.ts';
import { expectError } from '../../support/expect-error.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const home = temporaryFolder();
const service = createService({ home, cache: home });
const engine: Transport = service.transport;
afterAll(() => service.close());

async function staged(request: TrainingPlanRequest, ...words: readonly string[]): Promise<TrainingPlanRequest> {
  const command = new Command().exitOverride().configureOutput({ writeErr: () => undefined });
  addStageFlags(command);
  return withStageFlags(engine, request, command.parse(words, { from: 'user' }).opts<StageFlags>());
}

describe('gradual unfreezing, asked for by a flag', () => {
  it('leaves a plan of one piece alone where it is not asked for', async () => {
    expect(await staged({ epochs: 3 })).toEqual({ epochs: 3 });
  });

  it('refuses rates by block where it is not asked for', async () => {
    await expectError(() => staged({}, '--discriminative'), 'usage.invalid', '--gradual-unfreezing');
  });

  it('makes stages of the network, with the epochs and the rate that were given', async () => {
    const request = { network: 'mobilenet_v1_0.25_96', epochs: 3, optimizer: { learningRate: 0.02 } };
    const { stages } = await staged(request, '--gradual-unfreezing', '2');
    expect(stages?.map(({ name, epochs, learningRate }) => [name, epochs, learningRate])).toEqual([
      ['head', 3, 0.02],
      ['from block_13', 3, 0.002],
      ['from block_12', 3, 0.002],
    ]);
  });

  it('takes the rate that is usual for the optimizer where none was given', async () => {
    const { stages } = await staged({ optimizer: { kind: 'adam' } }, '--gradual-unfreezing', '1');
    expect(stages?.map(({ learningRate }) => learningRate)).toEqual([0.001, 0.0001]);
  });

  it('has no rules beside it, which it would pass over', async () => {
    const rules = [{ action: 'freeze', pattern: 'stem' } as const];
    await expectError(async () => staged({ rules }, '--gradual-unfreezing', '1'), 'usage.invalid', '--lr-for');
  });
});
