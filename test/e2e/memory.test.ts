import path from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import type { SerializedError } from '../../src/shared/errors/thaw-error.ts';
import { limitMemory, whyNoMemoryLimit } from '../support/memory-limit.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { startThaw, thaw } from '../support/thaw-command.ts';
import { writeTinyDataset } from '../support/tiny-dataset.ts';

const MEGABYTE = 1e6;
const root = temporaryFolder();
const refusal = whyNoMemoryLimit();
/** The reason stands in the name of what is skipped. */
const inLittleMemory = refusal === null ? describe : describe.skip;
const because = refusal === null ? '' : ` (skipped: ${refusal})`;

beforeAll(async () => {
  await writeTinyDataset(path.join(root, 'stripes'), { train: 40, val: 3 });
});

inLittleMemory(`a machine of little memory${because}`, () => {
  it('is not begun on with a batch that cannot fit: what it needs, what there is and what to try are told', async () => {
    const flags = ['--network', 'mobilenet_v1_1.0_224', '--strategy', 'scratch', '--batch', '80', '--batch-eval', '6'];
    const home = path.join(root, 'home');
    const command = startThaw(['train', ...flags, '--dataset', 'stripes', '--epochs', '1', '--json'], {
      home,
      cwd: root,
    });
    limitMemory(command.child.pid ?? 0, 1600 * MEGABYTE);
    const { code, stdout } = await command.done;
    const { error } = JSON.parse(stdout) as { error: SerializedError };
    expect([code, error.code]).toEqual([1, 'memory.full']);
    expect(error.message).toMatch(
      /^The memory must hold a whole batch; batch 80 needs about \d\.\d GB, and there are 1\.6 GB, \d\.\d GB free\.$/,
    );
    expect(error.hint).toMatch(/^Try --batch \d+/);
    const listed = await thaw(['runs', 'list', '--json'], { home });
    expect(JSON.parse(listed.stdout)).toEqual([]);
  });
});
