import { existsSync } from 'node:fs';
import path from 'node:path';
import type { Request } from '../../shared/contract/endpoint.ts';
import type { CatalogueEntry, DownloadedWeights, PublishedWeights } from '../../shared/contract/published-weights.ts';
import { ThawError } from '../../shared/errors/thaw-error.ts';
import { freeSpace } from '../training/disk-space.ts';
import { RESOURCES } from '../training/resources.ts';
import { findPublishedWeights, readCatalogue, weightsOf } from '../weights/published/catalogue.ts';
import { downloadWeights, weightsFile } from '../weights/published/download.ts';
import type { ServiceContext } from './context.ts';

const CATALOGUE = path.join(RESOURCES, 'weights.json');

/** The licence of a file of the catalogue, by its SHA-256; null where none is stated for it. */
export function licenceOf(sha256: string): string | null {
  const entry = readCatalogue(CATALOGUE).find(
    ({ hash }) => hash?.algorithm === 'sha256' && sha256.startsWith(hash.hex),
  );
  return entry?.licence ?? null;
}

/** Where downloaded weights are kept. */
export function weightsFolder(cache: string): string {
  return path.join(cache, 'weights');
}

/** What publishers state of their weights, and which of them are here. @throws ThawError `network.unknown` */
export function listPublishedWeights(
  { cache }: ServiceContext,
  { network }: Request<'weights.list'>,
): readonly CatalogueEntry[] {
  return weightsOf(readCatalogue(CATALOGUE), network).map((entry) => {
    const file = weightsFile(weightsFolder(cache), entry);
    return { ...entry, path: existsSync(file) ? file : null };
  });
}

/** Where weights of the catalogue lie. @throws ThawError `usage.noMatch`, `weights.missing` where they are not here */
export function publishedPath({ cache }: Pick<ServiceContext, 'cache'>, name: string): string {
  const entry = findPublishedWeights(readCatalogue(CATALOGUE), name);
  const file = weightsFile(weightsFolder(cache), entry);
  if (existsSync(file)) return file;
  throw new ThawError(
    'weights.missing',
    `Published weights are downloaded before they are used; '${entry.name}' is not on this machine.`,
    `Run 'thaw weights get ${entry.name}'.`,
  );
}

function assertRoomFor({ name }: PublishedWeights, folder: string): (bytes: number) => Promise<void> {
  return async (bytes) => {
    const free = await freeSpace(folder);
    if (!free || free.bytes >= bytes) return;
    const inMegabytes = (value: number): string => `${Math.ceil(value / 1e6)} MB`;
    throw new ThawError(
      'disk.full',
      `A download needs room before it begins; ${name} takes another ${inMegabytes(bytes)}, and ${inMegabytes(free.bytes)} are free at '${folder}'.`,
      'Free some space (`thaw cache clear`), or set THAW_CACHE to a folder on another disk.',
    );
  };
}

/** Downloads weights of the catalogue where they are not here; see `downloadWeights`. */
export async function getPublishedWeights(
  context: ServiceContext,
  { name, taskId }: Request<'weights.get'>,
): Promise<DownloadedWeights> {
  const entry = findPublishedWeights(readCatalogue(CATALOGUE), name);
  const folder = weightsFolder(context.cache);
  return context.tasks.run(taskId, 'byte', (task) =>
    downloadWeights(entry, {
      ...task,
      folder,
      mirror: process.env['THAW_WEIGHTS_MIRROR'],
      assertRoom: assertRoomFor(entry, folder),
    }),
  );
}
