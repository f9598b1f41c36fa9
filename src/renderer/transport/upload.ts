import { LARGEST_MESSAGE_BYTES } from '../../shared/contract/codec.ts';
import type { Transport } from '../../shared/contract/endpoint.ts';
import type { FileEntry } from '../../shared/contract/file-entry.ts';
import { ThawError } from '../../shared/errors/thaw-error.ts';
import type { DroppedFile } from './dropped-files.ts';
import type { UploadWatch } from './host.ts';

/** Enough that the engine always has one to write while the next is being read. */
const AT_ONCE = 3;
/** A message has something beside the file: what is left is what the engine takes. */
const LARGEST_FILE_BYTES = LARGEST_MESSAGE_BYTES - 1024 ** 2;

/** A folder of its own for what is handed over. Not `crypto.randomUUID`: a page that another machine serves without TLS has none. */
export function newCollection(): string {
  return [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}

function assertSendable({ path, file }: DroppedFile): void {
  if (file.size <= LARGEST_FILE_BYTES) return;
  const [most, found] = [LARGEST_FILE_BYTES, file.size].map((bytes) => `${Math.round(bytes / 1024 ** 2)} MiB`);
  throw new ThawError(
    'file.tooLarge',
    `A browser can hand over files of at most ${most}; '${path}' has ${found}.`,
    'Put it into a folder that `thaw serve --root FOLDER` names, and choose it there.',
  );
}

function assertWanted(watch: UploadWatch | undefined): void {
  if (!watch?.signal.aborted) return;
  throw new ThawError('task.cancelled', 'The upload was ended before it was complete.', 'Drop the files again.');
}

/** What the engine granted: each file, in the order given, and the folder that holds them all. */
export interface Uploaded {
  readonly files: readonly FileEntry[];
  readonly folder: FileEntry | null;
}

/**
 * Hands files over to the engine, together in one folder there.
 *
 * @throws ThawError `file.tooLarge`; `task.cancelled` once the watch's signal is given; the engine's refusals
 */
export async function upload(
  transport: Transport,
  given: readonly DroppedFile[],
  watch?: UploadWatch,
): Promise<Uploaded> {
  given.forEach(assertSendable);
  const collection = newCollection();
  const bytesTotal = given.reduce((sum, { file }) => sum + file.size, 0);
  const files: FileEntry[] = [];
  let folder: FileEntry | null = null;
  let [done, bytes, next] = [0, 0, 0];

  async function work(): Promise<void> {
    for (let index = next++; index < given.length; index = next++) {
      assertWanted(watch);
      const item = given[index];
      if (!item) return;
      const content = new Uint8Array(await item.file.arrayBuffer());
      assertWanted(watch);
      const granted = await transport.invoke('files.upload', { collection, path: item.path, bytes: content });
      files[index] = granted.file;
      folder = granted.folder;
      done += 1;
      bytes += item.file.size;
      watch?.onProgress({ files: done, filesTotal: given.length, bytes, bytesTotal });
    }
  }

  await Promise.all(Array.from({ length: Math.min(AT_ONCE, given.length) }, work));
  return { files, folder };
}
