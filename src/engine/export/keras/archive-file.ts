import { open, rm, type FileHandle } from 'node:fs/promises';
import { crc32 } from 'node:zlib';
import { centralDirectory, localHeader, type StoredMember } from '../../numpy/zip-structures.ts';
import type { ExportedNetwork } from '../exported-network.ts';
import { version3Configuration } from './configuration.ts';
import { groupAt, writeHdf5, writeText } from './hdf5-writer.ts';
import type { KerasLayer, KerasModel } from './keras-layer.ts';
import { asciiJson, weightValues } from './weight-values.ts';

/** The first that keeps the names of layers beside their weights, as this archive does; later ones read it. */
const KERAS_VERSION = '3.6.0';
const WEIGHTS = 'model.weights.h5';
const PIECE_BYTES = 4 << 20;

/** `BatchNormalization` becomes `batch_normalization`, as Keras' files name classes. */
function snakeCase(className: string): string {
  return className
    .replaceAll(/(.)([A-Z][a-z]+)/g, '$1_$2')
    .replaceAll(/([a-z])([A-Z])/g, '$1_$2')
    .toLowerCase();
}

/** Where a file keeps the variables of each layer: by class, counted in the order of the model. */
function placesOf(layers: readonly KerasLayer[]): ReadonlyMap<KerasLayer, string> {
  const counts = new Map<string, number>();
  return new Map(
    layers.map((layer) => {
      const kind = snakeCase(layer.className);
      const count = counts.get(kind) ?? 0;
      counts.set(kind, count + 1);
      return [layer, `layers/${kind}${count === 0 ? '' : `_${count}`}`];
    }),
  );
}

/** What draws for a layer that drops values. */
function isDrawing({ className, options }: KerasLayer): boolean {
  return className.endsWith('Dropout') || className.endsWith('Dropout2D') ? options['rate'] !== 0 : false;
}

/**
 * Writes the variables of a model as Keras 3 does: numbered, below the class of their layer
 * (https://github.com/keras-team/keras/blob/master/keras/src/saving/saving_lib.py).
 */
async function writeVariables(path: string, { layers }: KerasModel, values: ExportedNetwork['values']): Promise<void> {
  await writeHdf5(path, (root) => {
    let drawing = 0;
    for (const [layer, place] of placesOf(layers)) {
      const variables = groupAt(root, `${place}/vars`);
      writeText(variables, 'name', layer.name);
      for (const [index, weight] of layer.weights.entries()) {
        const data = weightValues(weight, values);
        variables.create_dataset({ name: String(index), data, shape: [...weight.shape], dtype: '<f' });
      }
      if (!isDrawing(layer)) continue;
      const seed = groupAt(root, `${place}/seed_generator/vars`);
      writeText(seed, 'name', `seed_generator${drawing === 0 ? '' : `_${drawing}`}`);
      seed.create_dataset({ name: '0', data: Uint32Array.of(0, drawing), shape: [2], dtype: '<I' });
      drawing += 1;
    }
  });
}

async function* piecesOf(file: FileHandle): AsyncGenerator<Uint8Array> {
  const piece = new Uint8Array(PIECE_BYTES);
  for (let at = 0; ;) {
    const { bytesRead } = await file.read(piece, 0, piece.length, at);
    if (bytesRead === 0) return;
    at += bytesRead;
    yield piece.subarray(0, bytesRead);
  }
}

/** Adds a file to an archive as it is. @returns where the next member begins */
async function addFile(archive: FileHandle, members: StoredMember[], offset: number, path: string): Promise<number> {
  await using file = await open(path, 'r');
  let [crc, bytes] = [0, 0];
  const headerBytes = localHeader({ name: WEIGHTS, crc, bytes, offset }).length;
  for await (const piece of piecesOf(file)) {
    crc = crc32(piece, crc);
    await archive.write(piece, 0, piece.length, offset + headerBytes + bytes);
    bytes += piece.length;
  }
  const member = { name: WEIGHTS, crc, bytes, offset };
  await archive.write(localHeader(member), 0, headerBytes, offset);
  members.push(member);
  return offset + headerBytes + bytes;
}

/** Writes a whole model as the `.keras` archive of Keras 3. The same model gives the same bytes. */
export async function writeArchive(path: string, model: KerasModel, values: ExportedNetwork['values']): Promise<void> {
  const variables = `${path}.weights.h5`;
  try {
    await writeVariables(variables, model, values);
    await using archive = await open(path, 'wx');
    const members: StoredMember[] = [];
    let end = 0;
    const texts = {
      'metadata.json': { keras_version: KERAS_VERSION },
      'config.json': version3Configuration(model),
    };
    for (const [name, content] of Object.entries(texts)) {
      const bytes = Buffer.from(asciiJson(content));
      const member = { name, crc: crc32(bytes), bytes: bytes.length, offset: end };
      const header = localHeader(member);
      await archive.write(Buffer.concat([header, bytes]), 0, header.length + bytes.length, end);
      members.push(member);
      end += header.length + bytes.length;
    }
    end = await addFile(archive, members, end, variables);
    const directory = centralDirectory(members, end);
    await archive.write(directory, 0, directory.length, end);
    await archive.sync();
  } finally {
    await rm(variables, { force: true });
  }
}
