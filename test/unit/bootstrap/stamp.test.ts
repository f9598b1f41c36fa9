import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { readPins, readStamp } from '../../../scripts/bootstrap/stamp.mjs';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const folder = temporaryFolder();
let places = 0;

/** A checkout and a toolchain that a set-up has just completed. */
function setUpPlace() {
  const root = path.join(folder, `checkout-${++places}`);
  const toolchain = path.join(root, 'toolchain');
  const place = { root, toolchain, tensorflowDirectory: undefined };
  mkdirSync(path.join(root, 'node_modules'), { recursive: true });
  writeFileSync(path.join(root, 'package-lock.json'), '{"packages":{}}');
  const { manifestFile, packagesStamp, lockHash } = readStamp(place);
  const library = path.join(toolchain, 'libtensorflow_cc.so.2');
  const manifest = { schemaVersion: 1, missing: [], files: [library] };
  mkdirSync(path.dirname(manifestFile), { recursive: true });
  writeFileSync(manifestFile, JSON.stringify(manifest));
  writeFileSync(library, '');
  writeFileSync(packagesStamp, lockHash);
  return { place, manifest, manifestFile, library };
}

describe('the stamp of a set-up', () => {
  it('finds a complete one ready', () => {
    expect(readStamp(setUpPlace().place)).toMatchObject({ packagesReady: true, ready: true });
  });

  it('asks for packages again when the lock file changes', () => {
    const { place } = setUpPlace();
    writeFileSync(path.join(place.root, 'package-lock.json'), '{"packages":{"a":{}}}');
    expect(readStamp(place)).toMatchObject({ packagesReady: false, ready: false });
  });

  it('does not believe a manifest whose files are gone', () => {
    const { place, library } = setUpPlace();
    rmSync(library);
    expect(readStamp(place)).toMatchObject({ manifest: null, ready: false });
  });

  it.each([
    ['not JSON', '{'],
    ['of another version', '{"schemaVersion":2,"missing":[],"files":[]}'],
  ])('does not believe a manifest that is %s', (_, content) => {
    const { place, manifestFile } = setUpPlace();
    writeFileSync(manifestFile, content);
    expect(readStamp(place)).toMatchObject({ manifest: null, ready: false });
  });

  it('keeps a manifest with a missing part for the doctor, but is not ready', () => {
    const { place, manifestFile, manifest } = setUpPlace();
    writeFileSync(manifestFile, JSON.stringify({ ...manifest, missing: [{ part: 'tensorflow', reasons: ['no'] }] }));
    const stamp = readStamp(place);
    expect(stamp.ready).toBe(false);
    expect(stamp.manifest?.missing).toEqual([{ part: 'tensorflow', reasons: ['no'] }]);
  });

  it('looks elsewhere when THAW_TENSORFLOW_DIR names another TensorFlow', () => {
    const { place, manifestFile } = setUpPlace();
    expect(readStamp({ ...place, tensorflowDirectory: '/opt/tensorflow' }).manifestFile).not.toBe(manifestFile);
  });
});

describe('the pins', () => {
  it('give a sha256 for every file that is fetched on the tested platform', () => {
    const { sha256, node, tensorflow, ziglang } = readPins();
    const names = Object.keys(sha256);
    expect(names).toContain(`${node.packages['linux-x64']}-${node.version}.tgz`);
    for (const start of [`tensorflow_cpu-${tensorflow.version}-`, `ziglang-${ziglang.version}-`]) {
      expect(names.some((name) => name.startsWith(start) && name.includes('x86_64'))).toBe(true);
    }
    for (const hex of Object.values(sha256)) expect(hex).toMatch(/^[0-9a-f]{64}$/);
  });

  it('name a Node that the type definitions are for', () => {
    const { devDependencies } = JSON.parse(readFileSync('package.json', 'utf8')) as {
      readonly devDependencies: Readonly<Record<string, string>>;
    };
    expect(readPins().node.version.split('.')[0]).toBe(devDependencies['@types/node']?.split('.')[0]);
  });
});
