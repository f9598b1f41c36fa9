import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { zipSync } from 'fflate';
import { describe, expect, it } from 'vitest';
import { readModelConfiguration } from '../../../src/engine/weights/model-configuration.ts';
import { openWeights } from '../../../src/engine/weights/open.ts';
import { writeSafetensors } from '../../../src/engine/weights/safetensors-writer.ts';
import { expectError } from '../../support/expect-error.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const folder = temporaryFolder();
const at = (name: string): string => join(folder, name);

const zip = (name: string): Buffer => Buffer.from(zipSync({ [name]: new Uint8Array(8) }));

describe('a format that is known and not read is refused by its name', () => {
  const cases: readonly (readonly [string, Buffer, string])[] = [
    ['nothing', Buffer.alloc(0), 'an empty file'],
    ['a legacy PyTorch file, cut', Buffer.from('80028a0a6cfc9c46f9206aa850192e', 'hex'), 'pickle'],
    ['another pickle', Buffer.from('80047d942e', 'hex'), 'the number of PyTorch files'],
    ['the start of a zip archive', Buffer.from('504b0304000000000000', 'hex'), 'zip archive'],
    ['a zip archive of something else', zip('photo.jpg'), 'photo.jpg'],
    ['an .npy array', Buffer.from('\x93NUMPY\x01\x00', 'latin1'), '.npy'],
    ['a gzip archive', Buffer.from('1f8b0800', 'hex'), 'gzip'],
    ['a frozen graph, cut', Buffer.from('0a130a05696e707574', 'hex'), 'TensorFlow graph'],
    ['a tar archive', Buffer.concat([Buffer.alloc(257), Buffer.from('ustar')]), 'tar archive'],
    ['text', Buffer.from('layer,weight\n'), '6c 61 79 65'],
    ['JSON that is no model', Buffer.from('{"classes": 2}'), 'weightsManifest'],
    ['a JSON list', Buffer.from('[1, 2]'), '5b 31'],
    ['an HDF5 signature and no more', Buffer.from('894844460d0a1a0a', 'hex'), 'HDF5'],
  ];
  it.each(cases)('%s', async (name, bytes, word) => {
    // A name that promises something else changes nothing.
    const path = at(`${name.replaceAll(/\W/g, '-')}.h5`);
    writeFileSync(path, bytes);
    await expectError(() => openWeights(path), 'weights.unreadable', word);
  });

  it('a folder of a SavedModel, and one of nothing', async () => {
    mkdirSync(at('saved'));
    await expectError(() => openWeights(at('saved')), 'weights.unreadable', 'model.json');
    writeFileSync(at('saved/saved_model.pb'), '');
    await expectError(() => openWeights(at('saved')), 'weights.unreadable', 'frozen TensorFlow graph');
  });

  it('a path to nothing, or through a file', async () => {
    await expectError(() => openWeights(at('absent.h5')), 'weights.missing', 'absent.h5');
    writeFileSync(at('file'), 'x');
    await expectError(() => openWeights(at('file/below.h5')), 'weights.missing', 'below.h5');
  });
});

it.runIf(process.platform !== 'win32')('a device is read neither for weights nor for a model', async () => {
  mkdirSync(at('device'));
  symlinkSync('/dev/zero', at('device/model.json'));
  for (const given of ['device', 'device/model.json']) {
    await expectError(() => readModelConfiguration(at(given)), 'weights.unreadable', 'regular file', 'model.json');
  }
  await expectError(() => openWeights(at('device/model.json')), 'weights.missing', 'model.json');
});

it('a format is told by its bytes, whatever the name says', async () => {
  await writeSafetensors(at('weights.h5'), new Map([['a', { shape: [1], data: Float32Array.of(1) }]]), {});
  const file = await openWeights(at('weights.h5'));
  expect(file.format).toBe('safetensors');
  expect(file.sha256).toMatch(/^[0-9a-f]{64}$/);
});

it('a safetensors file whose header is as long as a pickle begins is none', async () => {
  // 0x0280 bytes: the first of a pickle of protocol 2.
  const header = JSON.stringify({ a: { dtype: 'F32', shape: [1], data_offsets: [0, 4] } }).padEnd(0x0280);
  writeFileSync(
    at('0280.bin'),
    Buffer.concat([Buffer.from('8002000000000000', 'hex'), Buffer.from(header), Buffer.alloc(4)]),
  );
  expect((await openWeights(at('0280.bin'))).format).toBe('safetensors');
});
