/** A file with its place in what was dropped: `photos/fox/1.jpg`. */
export interface DroppedFile {
  readonly path: string;
  readonly file: File;
}

/** More than this is not walked: the engine reads large datasets by a folder under its roots instead. */
export const MOST_DROPPED_FILES = 20_000;

function readFile(entry: FileSystemFileEntry): Promise<File> {
  return new Promise((resolve, reject) => {
    entry.file(resolve, reject);
  });
}

/** A reader hands out a folder in parts, and an empty one when it is through. */
async function readFolder(entry: FileSystemDirectoryEntry): Promise<FileSystemEntry[]> {
  const reader = entry.createReader();
  const entries: FileSystemEntry[] = [];
  for (;;) {
    const part = await new Promise<FileSystemEntry[]>((resolve, reject) => {
      reader.readEntries(resolve, reject);
    });
    if (part.length === 0) return entries;
    entries.push(...part);
  }
}

/**
 * Everything dropped, folders walked to their files; hidden ones are left out. The entries must be taken during the drop:
 * a browser empties the `DataTransfer` after it.
 */
export async function droppedFiles(dropped: DataTransfer): Promise<readonly DroppedFile[]> {
  const roots = [...dropped.items]
    .filter(({ kind }) => kind === 'file')
    .map((item) => item.webkitGetAsEntry())
    .filter((entry) => entry !== null);
  if (roots.length === 0) return [...dropped.files].map((file) => ({ path: file.name, file }));
  const found: DroppedFile[] = [];
  const waiting: FileSystemEntry[] = [...roots];
  for (let entry = waiting.shift(); entry !== undefined; entry = waiting.shift()) {
    if (found.length >= MOST_DROPPED_FILES) break;
    if (entry.name.startsWith('.')) continue;
    if (entry.isDirectory) waiting.push(...(await readFolder(entry as FileSystemDirectoryEntry)));
    else found.push({ path: entry.fullPath.replace(/^\//, ''), file: await readFile(entry as FileSystemFileEntry) });
  }
  return found;
}
