import { readdirSync, statSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { ThawError } from '../shared/errors/thaw-error.ts';
import { MEDIA_TYPES } from '../shared/window/content-policy.ts';

export interface WindowFile {
  readonly mediaType: string;
  /** Its name changes with its content, so that a browser may keep it. */
  readonly lasting: boolean;
  readonly read: () => Promise<Buffer>;
}

/**
 * The files of the built window by the path of their URL. They are listed once: what is asked for is looked up and never
 * becomes a path.
 *
 * @param folder the build's output, with `index.html`
 * @throws ThawError `set-up.failed` where it was not built
 */
export function windowFiles(folder: string): ReadonlyMap<string, WindowFile> {
  const files = new Map<string, WindowFile>();
  if (!statSync(path.join(folder, 'index.html'), { throwIfNoEntry: false })) {
    throw new ThawError(
      'set-up.failed',
      `The window must have been built; '${folder}' holds none.`,
      'Run `npm run build`.',
    );
  }
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const file = path.join(entry.parentPath, entry.name);
    const mediaType = MEDIA_TYPES[path.extname(entry.name)];
    if (mediaType === undefined) continue;
    const place = path.relative(folder, file).split(path.sep).join('/');
    files.set(`/${place}`, { mediaType, lasting: place.startsWith('assets/'), read: () => readFile(file) });
  }
  const index = files.get('/index.html');
  if (index) files.set('/', index);
  return files;
}
