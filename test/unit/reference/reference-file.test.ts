import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { readReference } from '../../../src/engine/reference/reference-file.ts';
import { expectError } from '../../support/expect-error.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const SUMMARY = { shape: [2, 3], mean: 0, std: 1, first: [0.5] };
const REFERENCE = {
  framework: 'keras',
  network: 'ResNet50',
  input: 'input in [-1, 1], NHWC',
  size: 224,
  parameters: 3,
  tensors: [['conv1/kernel', [1, 1, 3, 1]]],
  output: { ...SUMMARY, logits: [[0.5], [1]] },
  checkpoints: { conv1: SUMMARY },
};

async function written(text: string): Promise<string> {
  const file = path.join(temporaryFolder(), 'reference.json');
  await writeFile(file, text);
  return file;
}

it('a reference is read as it was written', async () => {
  const { parameters, ...expected } = REFERENCE;
  expect(parameters).toBe(3);
  expect(await readReference(await written(JSON.stringify(REFERENCE)))).toEqual(expected);
});

describe('what is no reference is refused', () => {
  it.each([
    ['no JSON', '{"framework": ', 'is none'],
    ['another framework', JSON.stringify({ ...REFERENCE, framework: 'caffe' }), 'framework'],
    ['a size beyond any network', JSON.stringify({ ...REFERENCE, size: 1e6 }), 'size'],
    ['a checkpoint without deviation', JSON.stringify({ ...REFERENCE, checkpoints: { a: {} } }), 'checkpoints.a'],
    ['deep nesting', '['.repeat(500_000), 'is none'],
    ['a file larger than any', ' '.repeat(17 * 1024 ** 2), 'of at most'],
  ])('%s', async (_, text, told) => {
    const file = await written(text);
    await expectError(() => readReference(file), 'usage.invalid', 'reference.json', told);
  });

  it.each([
    ['a missing file', 'missing.json'],
    ['a folder', '.'],
  ])('%s', async (_, name) => {
    const file = path.join(temporaryFolder(), name);
    await expectError(() => readReference(file), 'usage.invalid', 'cannot be read');
  });
});
