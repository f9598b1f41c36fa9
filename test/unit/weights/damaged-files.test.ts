import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Worker } from 'node:worker_threads';
import { unzipSync, zipSync } from 'fflate';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { npyHeader } from '../../../src/engine/numpy/npy-header.ts';
import { openStoredWeights } from '../../../src/engine/weights/open.ts';
import { inMemory, SortedStringTable } from '../../../src/engine/weights/sorted-string-table.ts';
import { ThawError } from '../../../src/shared/errors/thaw-error.ts';
import { sortedStringTable } from '../../support/checkpoint-file.ts';
import { damaged, randomNumbers } from '../../support/damage.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { weightFixture } from '../../support/weight-fixtures.ts';

/** Values of a tensor are read up to here: a lie about a shape is found before, or costs this. */
const MOST_ELEMENTS = 1 << 20;
/** What a try takes of this thread by the processor's clock, to which a busy machine adds nothing; usual is a hundredth. */
const MOST_WORK_MICROSECONDS = 20_000_000;
/** For a test that hangs: the reader of HDF5 is stopped by itself, after ten seconds. */
const LONGEST_TEST_MILLISECONDS = 3_600_000;
/** Once all threads of a try ended. */
const MOST_MEMORY_BYTES = 512 << 20;

const folder = temporaryFolder();

/** Those that read HDF5 and have not ended yet. */
const threads = new Map<Worker, Promise<unknown>>();
function follow(worker: Worker): void {
  const end = new Promise((resolve) => worker.once('exit', resolve));
  threads.set(
    worker,
    end.then(() => threads.delete(worker)),
  );
}
beforeAll(() => {
  process.on('worker', follow);
});
afterAll(() => {
  process.off('worker', follow);
});

/** Bytes that are damaged, and how they become a part of what is opened. */
interface Part {
  readonly bytes: Uint8Array;
  write(bytes: Uint8Array): void;
}
interface Subject {
  readonly opened: string;
  readonly parts: readonly Part[];
  readonly tries: number;
}

function filePart(file: string): Part {
  return { bytes: readFileSync(file), write: (bytes) => writeFileSync(file, bytes) };
}

function copied(name: string, files: readonly string[], tries: number, opened = files[0] ?? ''): Subject {
  const target = path.join(folder, name);
  for (const file of files) cpSync(weightFixture(file), path.join(target, file));
  return { opened: path.join(target, opened), parts: files.map((file) => filePart(path.join(target, file))), tries };
}

function written(name: string, files: Readonly<Record<string, Uint8Array | string>>, tries: number): Subject {
  const target = path.join(folder, name);
  mkdirSync(target);
  for (const [file, bytes] of Object.entries(files)) writeFileSync(path.join(target, file), bytes);
  const paths = Object.keys(files).map((file) => path.join(target, file));
  return { opened: paths[0] ?? '', parts: paths.map(filePart), tries };
}

/** What lies within an archive, under a checksum that fits: so damage meets what reads it. */
function withinZip(name: string, archive: string, member: string, tries: number): Subject {
  const opened = path.join(folder, name);
  const members = unzipSync(readFileSync(weightFixture(archive)));
  const write = (bytes: Uint8Array): void =>
    writeFileSync(opened, zipSync({ ...members, [member]: bytes }, { level: 0 }));
  return { opened, parts: [{ bytes: members[member] ?? new Uint8Array(0), write }], tries };
}

/** The messages in a table, under checksums that fit. */
function withinTable(name: string, table: string, others: readonly string[], tries: number): Subject {
  const subject = copied(name, [table, ...others], tries);
  const entries = [...new SortedStringTable(inMemory(readFileSync(weightFixture(table)))).entries()];
  const parts = entries.map(({ value }, damagedEntry): Part => ({
    bytes: value,
    write: (bytes) =>
      writeFileSync(
        subject.opened,
        sortedStringTable(entries.map(({ key, value: own }, index) => [key, index === damagedEntry ? bytes : own])),
      ),
  }));
  return { ...subject, parts };
}

async function openAndRead(opened: string): Promise<void> {
  const file = await openStoredWeights(opened);
  try {
    for (const [name, { shape }] of file.tensors) {
      const elements = shape.reduce((product, size) => product * size, 1);
      if (elements > MOST_ELEMENTS) continue;
      const values = file.read(name);
      if (values.length !== elements) throw new Error(`'${name}' has ${values.length} of ${elements} values`);
    }
  } finally {
    file.close();
  }
}

function npzArchive(): Uint8Array {
  const data = Buffer.concat([npyHeader('<f4', [2, 3]), Buffer.from(new Float32Array(6).buffer)]);
  return zipSync({ 'conv1/kernel.npy': [data, { level: 0 }], 'conv1/bias.npy': [data, { level: 9 }] });
}

function safetensors(): Uint8Array {
  const header = Buffer.from(
    JSON.stringify({
      'conv1.weight': { dtype: 'F32', shape: [2, 3], data_offsets: [0, 24] },
      'conv1.bias': { dtype: 'BF16', shape: [3], data_offsets: [24, 30] },
    }),
  );
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(header.length));
  return Buffer.concat([length, header, Buffer.alloc(30)]);
}

const TFJS_MODEL = {
  'model.json': JSON.stringify({
    format: 'layers-model',
    modelTopology: {},
    weightsManifest: [
      {
        paths: ['group1-shard1of2', 'group1-shard2of2'],
        weights: [
          { name: 'conv1/kernel', shape: [2, 3], dtype: 'float32' },
          { name: 'conv1/bias', shape: [3], dtype: 'float32', quantization: { dtype: 'uint8', scale: 0.5, min: -1 } },
        ],
      },
    ],
  }),
  'group1-shard1of2': new Uint8Array(16),
  'group1-shard2of2': new Uint8Array(11),
};
const SAVED_MODEL = ['saved_model.pb', 'variables/variables.index', 'variables/variables.data-00000-of-00001'].map(
  (file) => `saved_model/${file}`,
);

const SUBJECTS: readonly (readonly [string, () => Subject])[] = [
  ['a PyTorch archive', () => copied('torch-zip', ['module.pth'], 1000)],
  ['the pickle in a PyTorch archive', () => withinZip('pickle.pth', 'views.pth', 'views/data.pkl', 1000)],
  ['a legacy PyTorch file', () => copied('torch-legacy', ['checkpoint.pth.tar'], 1000)],
  ['a safetensors file', () => written('safetensors', { 'a.safetensors': safetensors() }, 800)],
  ['an .npz archive', () => written('npz', { 'a.npz': npzArchive() }, 800)],
  ['a tfjs model', () => written('tfjs', TFJS_MODEL, 800)],
  ['a V1 checkpoint', () => copied('v1', ['v1.ckpt'], 500)],
  ['the messages in a V1 checkpoint', () => withinTable('v1-messages', 'v1.ckpt', [], 1000)],
  ['a V2 checkpoint', () => copied('v2', ['v2.ckpt.index', 'v2.ckpt.data-00000-of-00001'], 500)],
  [
    'the messages in a V2 checkpoint',
    () => withinTable('v2-messages', 'v2.ckpt.index', ['v2.ckpt.data-00000-of-00001'], 1000),
  ],
  ['a checkpoint of objects', () => copied('objects', ['objects.index', 'objects.data-00000-of-00001'], 1000)],
  ['a SavedModel', () => copied('saved', SAVED_MODEL, 500, 'saved_model')],
  ['a frozen graph', () => copied('frozen', ['frozen.pb'], 1000)],
  ['a .keras archive', () => copied('keras', ['v3.keras'], 100)],
  ['the configuration in a .keras archive', () => withinZip('configuration.keras', 'tf.keras', 'config.json', 60)],
  ['the weights in a .keras archive', () => withinZip('weights.keras', 'tf.keras', 'model.weights.h5', 100)],
  ['a Keras .h5', () => copied('h5', ['tf.h5'], 100)],
];

describe('a damaged file is read or refused by name, with little work and memory, whatever was done to it', () => {
  it.each(SUBJECTS)(
    '%s',
    async (name, prepare) => {
      const { opened, parts, tries } = prepare();
      for (const part of parts) part.write(part.bytes);
      await openAndRead(opened);
      await Promise.all(threads.values());
      const before = process.memoryUsage().rss;
      let refused = 0;
      let most = 0;
      let previous: Part | undefined;
      for (let seed = 0; seed < tries; seed += 1) {
        const random = randomNumbers(seed);
        const part = parts[random(parts.length)];
        if (previous !== part) previous?.write(previous.bytes);
        part?.write(damaged(part.bytes, random));
        previous = part;
        const start = process.threadCpuUsage();
        try {
          await openAndRead(opened);
        } catch (error) {
          refused += 1;
          if (!(error instanceof ThawError) || !error.code.startsWith('weights.')) {
            throw new Error(`${name}, damaged by seed ${seed}, is no error of a file`, { cause: error });
          }
        }
        const { user, system } = process.threadCpuUsage(start);
        most = Math.max(most, user + system);
        await Promise.all(threads.values());
      }
      previous?.write(previous.bytes);
      expect(most).toBeLessThan(MOST_WORK_MICROSECONDS);
      expect(refused).toBeGreaterThan(tries / 10);
      expect(process.memoryUsage().rss - before).toBeLessThan(MOST_MEMORY_BYTES);
      await openAndRead(opened);
    },
    LONGEST_TEST_MILLISECONDS,
  );
});
