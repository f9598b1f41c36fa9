import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { layerShapes } from '../../../src/engine/network/shape.ts';
import { modelNetwork, readModelFile, writeModelFile } from '../../../src/engine/training/model-file.ts';
import { expectError } from '../../support/expect-error.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const model = {
  schemaVersion: 1,
  network: 'resnet50_32',
  classes: ['ants', 'bees'],
  dropout: 0.2,
  head: 'sigmoid',
  task: { kind: 'classify' },
  datasetVersion: 'a',
  frozen: { 'conv1_conv/kernel': 'b' },
} as const;

describe("the description of a run's network", () => {
  it.each([
    ['sigmoid', 1],
    ['softmax', 2],
  ] as const)('keeps a %s head', async (head, logits) => {
    const folder = temporaryFolder();
    await writeModelFile(folder, { ...model, classes: [...model.classes], head });
    const read = await readModelFile(folder);
    expect(read).toEqual({ ...model, head });
    const { network } = modelNetwork(read);
    expect(layerShapes(network).get(network.output)).toEqual([logits]);
  });

  it('of before there was a choice has a softmax', async () => {
    const folder = temporaryFolder();
    await writeModelFile(folder, { ...model, classes: [...model.classes] });
    const file = path.join(folder, 'model.json');
    const { head, ...old } = JSON.parse(readFileSync(file, 'utf8')) as typeof model;
    expect(head).toBe('sigmoid');
    writeFileSync(file, JSON.stringify(old));
    expect((await readModelFile(folder)).head).toBe('softmax');
  });

  it('with a head of another Thaw is refused', async () => {
    const folder = temporaryFolder();
    writeFileSync(path.join(folder, 'model.json'), JSON.stringify({ ...model, head: 'regression' }));
    await expectError(() => readModelFile(folder), 'training.checkpoint', 'version 1');
  });
});
