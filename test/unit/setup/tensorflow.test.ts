import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { inspectTensorFlow } from '../../../scripts/setup/tensorflow.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const folder = temporaryFolder();
const header = 'include/tensorflow/c/c_api.h';
let made = 0;

function folderOf(files: readonly string[]): string {
  const root = path.join(folder, `tensorflow-${++made}`);
  for (const file of files) {
    mkdirSync(path.dirname(path.join(root, file)), { recursive: true });
    writeFileSync(path.join(root, file), '');
  }
  return root;
}

describe("TensorFlow's files", () => {
  it.each([
    ['a Python package', 'linux', ['libtensorflow_cc.so.2', 'libtensorflow_framework.so.2'], '.'],
    ['an unpacked archive', 'linux', ['lib/libtensorflow.so.2', 'lib/libtensorflow_framework.so.2'], 'lib'],
    ['a Python package', 'darwin', ['libtensorflow_cc.2.dylib', 'libtensorflow_framework.2.dylib'], '.'],
  ])('are found in %s on %s', (_, platform, libraries, place) => {
    const root = folderOf([header, ...libraries]);
    const found = inspectTensorFlow(root, 'here', [], platform);
    expect(found.directory).toBe(path.join(root, place));
    expect(found.libraries).toEqual(libraries.map((library) => path.join(root, library)));
  });

  it.each([
    ['no headers', 'linux', ['libtensorflow_cc.so.2', 'libtensorflow_framework.so.2'], /c_api\.h does not exist$/],
    ['no libraries', 'linux', [header], /holds neither libtensorflow_cc\.so\.2 nor libtensorflow\.so\.2$/],
    ['half of the libraries', 'linux', [header, 'libtensorflow_cc.so.2'], /holds neither/],
    ['another platform', 'win32', [header], /the binding is not built on win32 yet/],
  ])('are refused for %s', (_, platform, names, message) => {
    expect(() => inspectTensorFlow(folderOf(names), 'here', [], platform)).toThrow(message);
  });
});
