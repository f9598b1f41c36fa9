import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { deviceInformation, loadBinding } from '../../../src/engine/runtime/binding.ts';

let directory = '';
beforeEach(() => (directory = mkdtempSync(path.join(tmpdir(), 'thaw-binding-'))));
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(directory, { recursive: true });
});

/** Makes the manifest of this machine name another file as its binding. */
function nameBinding(file: string): void {
  const manifest: unknown = JSON.parse(readFileSync(process.env['THAW_TOOLCHAIN'] ?? '', 'utf8'));
  const changed = path.join(directory, 'toolchain.json');
  writeFileSync(changed, JSON.stringify({ ...(manifest as object), binding: { path: file, compiler: 'g++' } }));
  vi.stubEnv('THAW_TOOLCHAIN', changed);
}

// A binding that is loaded stays so: what cannot be loaded comes first.
describe('the binding', () => {
  it.each([
    ['is absent', () => 'absent.node'],
    [
      'is no library',
      () => {
        writeFileSync(path.join(directory, 'text.node'), 'no library');
        return 'text.node';
      },
    ],
  ])('that %s is told with the command that mends it', (_, make) => {
    nameBinding(path.join(directory, make()));
    expect(loadBinding).toThrow(
      expect.objectContaining({ code: 'runtime.missing', hint: expect.stringContaining('npm run setup') as string }),
    );
  });

  it('leaves the settings that the user made', () => {
    vi.stubEnv('TF_CPP_MIN_LOG_LEVEL', '3');
    loadBinding();
    expect(process.env['TF_CPP_MIN_LOG_LEVEL']).toBe('3');
    expect(process.env['TF_FORCE_GPU_ALLOW_GROWTH']).toBe('true');
  });

  it('tells the version of TensorFlow and whether it computes on a GPU', () => {
    const { tensorflow, gpu } = deviceInformation();
    expect(tensorflow).toMatch(/^2\.\d+\.\d+/);
    expect(typeof gpu).toBe('boolean');
  });
});
