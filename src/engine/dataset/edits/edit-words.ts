import type { DatasetChange, EditSummary } from '../../../shared/contract/dataset-edits.ts';
import type { ImageEdits } from './image-edits.ts';

const images = (count: number): string => (count === 1 ? '1 image' : `${count.toLocaleString('en')} images`);

/** What a step did to so many images, as something that is undone or made again. */
export function stepWords(change: DatasetChange, count: number): string {
  switch (change.kind) {
    case 'class':
      return `Label ${images(count)} '${change.className}'`;
    case 'exclude':
      return change.excluded ? `Exclude ${images(count)}` : `Include ${images(count)} again`;
    case 'tag':
      return change.on ? `Tag ${images(count)} '${change.tag}'` : `Take the tag '${change.tag}' off ${images(count)}`;
    case 'split':
      return change.split === null
        ? `Let ${images(count)} be divided as the others`
        : `Keep ${images(count)} in ${change.split}`;
    case 'reset':
      return `Put ${images(count)} back as the folder has ${count === 1 ? 'it' : 'them'}`;
  }
}

/** What was decided, counted and in words. */
export function countEdits(edits: ImageEdits): Omit<EditSummary, 'undo' | 'redo'> {
  const counts = { relabelled: 0, excluded: 0, moved: 0, tagged: 0 };
  for (const { className, split, excluded, tags } of edits.values()) {
    if (className !== undefined) counts.relabelled += 1;
    if (excluded === true) counts.excluded += 1;
    if (split !== undefined) counts.moved += 1;
    if (tags !== undefined) counts.tagged += 1;
  }
  const parts = (
    [
      [counts.relabelled, 'relabelled'],
      [counts.excluded, 'excluded'],
      [counts.moved, 'kept in a split'],
      [counts.tagged, 'tagged'],
    ] as const
  ).filter(([count]) => count > 0);
  const words = parts.map(([count, done], index) =>
    index === 0 ? `${images(count)} ${done}` : `${count.toLocaleString('en')} ${done}`,
  );
  return { images: edits.size, ...counts, words: words.length === 0 ? null : words.join(', ') };
}
