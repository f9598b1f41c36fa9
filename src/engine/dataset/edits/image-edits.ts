import type { DatasetChange, ImageEdit } from '../../../shared/contract/dataset-edits.ts';
import { codePointOrder } from '../code-point-order.ts';

/** What was decided of a dataset's images, by path. */
export type ImageEdits = ReadonlyMap<string, ImageEdit>;

export const NO_EDITS: ImageEdits = new Map();

/** In its one form: nothing is said of what is as the folder has it. null where nothing is said at all. */
function normal({ path, className, split, excluded, tags = [] }: ImageEdit): ImageEdit | null {
  if (className === undefined && split === undefined && excluded !== true && tags.length === 0) return null;
  return {
    path,
    ...(className !== undefined && { className }),
    ...(split !== undefined && { split }),
    ...(excluded === true && { excluded }),
    ...(tags.length > 0 && { tags: [...new Set(tags)].sort(codePointOrder) }),
  };
}

/** An image as its folder has it; its class is null where the folder says none. */
export interface OriginalImage {
  readonly path: string;
  readonly className: string | null;
  /** SHA-256 of its file: what is decided of it follows that. */
  readonly contentHash: string;
}

/** What is decided of an image after a change; null where that is nothing. */
export function changedEdit(
  edit: ImageEdit | null,
  { path, className }: Pick<OriginalImage, 'path' | 'className'>,
  change: DatasetChange,
): ImageEdit | null {
  switch (change.kind) {
    case 'class':
      return normal({ ...edit, path, className: change.className === className ? undefined : change.className });
    case 'exclude':
      return normal({ ...edit, path, excluded: change.excluded });
    case 'tag': {
      const others = (edit?.tags ?? []).filter((tag) => tag !== change.tag);
      return normal({ ...edit, path, tags: change.on ? [...others, change.tag] : others });
    }
    case 'split':
      return normal({ ...edit, path, split: change.split ?? undefined });
    case 'reset':
      return null;
  }
}

/** Whether two edits of one image decide the same. */
export function sameEdit(left: ImageEdit | null, right: ImageEdit | null): boolean {
  return JSON.stringify(left && normal(left)) === JSON.stringify(right && normal(right));
}
