/** What images of a dataset are divided by. */
export type SliceKind = 'tag' | 'size' | 'folder';

/** What of images they can be divided by. */
export interface SlicedImages {
  /** Relative to the dataset's root, with `/`. */
  readonly paths: readonly string[];
  /** Of each image, in pixels; 0 where it is not known. */
  readonly longerSides: Int32Array | null;
  readonly tags: readonly (readonly string[])[] | null;
}

/** Between powers of two, the lower one among them, as `256–512 px`; null for a size that is not known. */
function sizeOf(longerSide: number): string | null {
  if (longerSide < 1) return null;
  const low = 2 ** Math.floor(Math.log2(longerSide));
  return `${low}–${low * 2} px`;
}

/** The folder that an image lies in; `.` for the dataset's own. */
function folderOf(path: string): string {
  const end = path.lastIndexOf('/');
  return end < 0 ? '.' : path.slice(0, end);
}

/** The slices that an image is in: several for several tags. */
export function slicesOf(images: SlicedImages, row: number, by: SliceKind): readonly string[] {
  switch (by) {
    case 'tag':
      return images.tags?.[row] ?? [];
    case 'size': {
      const size = sizeOf(images.longerSides?.[row] ?? 0);
      return size === null ? [] : [size];
    }
    case 'folder':
      return [folderOf(images.paths[row] ?? '')];
  }
}

/** Of each kind so many, those with the most images. */
const MOST_SLICES = 100;

interface Slice {
  readonly by: SliceKind;
  readonly name: string;
  readonly rows: readonly number[];
}

const firstNumber = (name: string): number => Number.parseInt(name, 10);

/** All slices of some images: tags, then sizes, the smallest first, then folders, by name. */
export function allSlices(images: SlicedImages): readonly Slice[] {
  return (['tag', 'size', 'folder'] as const).flatMap((by) => {
    const found = new Map<string, number[]>();
    for (const row of images.paths.keys()) {
      for (const name of slicesOf(images, row, by)) {
        const rows = found.get(name);
        if (rows) rows.push(row);
        else found.set(name, [row]);
      }
    }
    const most = [...found].sort(([, left], [, right]) => right.length - left.length).slice(0, MOST_SLICES);
    return most
      .map(([name, rows]) => ({ by, name, rows }))
      .sort((left, right) =>
        by === 'size' ? firstNumber(left.name) - firstNumber(right.name) : left.name < right.name ? -1 : 1,
      );
  });
}
