import type { DroppedFile } from '../transport/dropped-files.ts';

/** Files under names of their own: what is copied from a program is called `image.png` each time. */
export function namedApart(files: readonly File[]): readonly DroppedFile[] {
  const taken = new Set<string>();
  return files.map((file) => {
    const dot = file.name.lastIndexOf('.');
    const [stem, ending] = dot > 0 ? [file.name.slice(0, dot), file.name.slice(dot)] : [file.name, ''];
    let path = file.name === '' ? 'pasted' : file.name;
    for (let number = 2; taken.has(path.toLowerCase()); number += 1) path = `${stem} ${number}${ending}`;
    taken.add(path.toLowerCase());
    return { path, file };
  });
}

const ENDINGS: Readonly<Record<string, string>> = { 'image/png': 'png', 'image/jpeg': 'jpg', 'image/webp': 'webp' };

/** The images in the clipboard; a browser hands over the one that was copied as PNG. @throws where it may not be read */
export async function clipboardImages(clipboard: Pick<Clipboard, 'read'>): Promise<readonly File[]> {
  const files: File[] = [];
  for (const item of await clipboard.read()) {
    const type = item.types.find((known) => known.startsWith('image/'));
    if (type === undefined) continue;
    files.push(new File([await item.getType(type)], `pasted.${ENDINGS[type] ?? 'png'}`, { type }));
  }
  return files;
}

/** Whether a button may offer it: where the system says no beforehand, only the keys paste. */
export async function mayReadClipboard(): Promise<boolean> {
  const { clipboard, permissions } = navigator as Partial<Navigator>;
  if (clipboard === undefined || !('read' in clipboard) || permissions === undefined) return false;
  try {
    // Browsers that know no such permission ask each time.
    const { state } = await permissions.query({ name: 'clipboard-read' as PermissionName });
    return state !== 'denied';
  } catch {
    return true;
  }
}
