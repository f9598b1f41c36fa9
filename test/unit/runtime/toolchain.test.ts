import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readToolchain, readToolchainManifest } from '../../../src/engine/runtime/toolchain.ts';
import { expectError } from '../../support/expect-error.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const file = path.join(temporaryFolder(), 'manifest.json');
const complete = {
  schemaVersion: 1,
  node: { version: '24.21.0', executable: '/node', origin: 'npm' },
  tensorflow: { version: '2.21.0', origin: 'wheel', directory: '/tensorflow', libraryPaths: ['/cuda'] },
  binding: { path: '/binding.node', compiler: 'g++' },
  missing: [],
};
const before = process.env['THAW_TOOLCHAIN'];

describe('the manifest of the native parts', () => {
  beforeEach(() => {
    process.env['THAW_TOOLCHAIN'] = file;
  });
  afterEach(() => {
    process.env['THAW_TOOLCHAIN'] = before;
  });

  it('names all of them', () => {
    writeFileSync(file, JSON.stringify(complete));
    const { node, tensorflow, binding } = complete;
    expect(readToolchain()).toEqual({ node, tensorflow, binding });
  });

  it('with a part missing can be read for the doctor, and says why for all others', async () => {
    const missing = [{ part: 'binding', reasons: ['wheel: no compiler', 'archive: offline'] }];
    writeFileSync(file, JSON.stringify({ ...complete, tensorflow: null, binding: null, missing }));
    expect(readToolchainManifest().missing).toEqual(missing);
    await expectError(readToolchain, 'runtime.missing', 'wheel: no compiler; archive: offline', 'npm run setup');
  });

  it.each([
    ['absent', null, ['readable JSON', 'ENOENT']],
    ['not JSON', '{', ['readable JSON']],
    ['of another version', JSON.stringify({ ...complete, schemaVersion: 2 }), ['version 1', 'schemaVersion']],
  ])('that is %s is refused with what mends it', async (_, content, words) => {
    process.env['THAW_TOOLCHAIN'] = content === null ? `${file}.absent` : file;
    if (content !== null) writeFileSync(file, content);
    await expectError(readToolchain, 'runtime.missing', ...words, 'npm run setup');
  });

  it('is not guessed when nothing names it', async () => {
    process.env['THAW_TOOLCHAIN'] = '';
    await expectError(readToolchain, 'runtime.missing', 'THAW_TOOLCHAIN', 'npm run setup');
  });
});
