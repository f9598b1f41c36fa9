import type { RunEvaluation } from '../../../../shared/contract/evaluation.ts';

/** More classes than can be laid out as a matrix that one reads. */
export const MOST_IN_MATRIX = 30;
const MOST_CONFUSIONS = 20;

export interface MatrixCell {
  readonly label: number;
  readonly predicted: number;
  readonly images: number;
  /** Of the images of its label. */
  readonly share: number;
}

/** What a matrix is drawn of. */
export interface ConfusedClasses extends Pick<RunEvaluation, 'confusion'> {
  readonly classes: readonly Pick<RunEvaluation['classes'][number], 'name' | 'images'>[];
}

/** All cells row by row, those without images too. */
export function matrixRows({ classes, confusion }: ConfusedClasses): MatrixCell[][] {
  const rows = classes.map((_, label) => classes.map((__, predicted) => ({ label, predicted, images: 0, share: 0 })));
  for (const { label, predicted, images } of confusion) {
    const row = rows[label];
    const own = classes[label]?.images ?? 0;
    if (row?.[predicted]) row[predicted] = { label, predicted, images, share: own > 0 ? images / own : 0 };
  }
  return rows;
}

/** What was mistaken most often, the most frequent first. */
export function topConfusions({ classes, confusion }: ConfusedClasses): MatrixCell[] {
  return confusion
    .filter(({ label, predicted }) => label !== predicted)
    .map((cell) => ({ ...cell, share: cell.images / Math.max(1, classes[cell.label]?.images ?? 0) }))
    .sort((left, right) => right.images - left.images || right.share - left.share)
    .slice(0, MOST_CONFUSIONS);
}

/** Of very many classes those that are confused most, as a matrix of their own; all of them where they are few. */
export function confusedPart(whole: ConfusedClasses, most = MOST_IN_MATRIX): ConfusedClasses {
  if (whole.classes.length <= most) return whole;
  const positions = new Set<number>();
  const worst = whole.confusion
    .filter(({ label, predicted }) => label !== predicted)
    .sort((left, right) => right.images - left.images);
  for (const { label, predicted } of worst) {
    const added = new Set([label, predicted].filter((position) => !positions.has(position)));
    if (positions.size + added.size > most) break;
    for (const position of added) positions.add(position);
  }
  const kept = [...positions].sort((left, right) => left - right);
  const places = new Map(kept.map((position, place) => [position, place]));
  return {
    classes: kept.flatMap((position) => whole.classes[position] ?? []),
    confusion: whole.confusion.flatMap(({ label, predicted, images }) => {
      const [row, column] = [places.get(label), places.get(predicted)];
      return row === undefined || column === undefined ? [] : { label: row, predicted: column, images };
    }),
  };
}

/** Where arrow keys lead from a cell; null for other keys, and at the edge. */
export function nextCell(
  key: string,
  { label, predicted }: Pick<MatrixCell, 'label' | 'predicted'>,
  classes: number,
): Pick<MatrixCell, 'label' | 'predicted'> | null {
  const moved = { label, predicted };
  if (key === 'ArrowUp') moved.label -= 1;
  else if (key === 'ArrowDown') moved.label += 1;
  else if (key === 'ArrowLeft') moved.predicted -= 1;
  else if (key === 'ArrowRight') moved.predicted += 1;
  else if (key === 'Home') moved.predicted = 0;
  else if (key === 'End') moved.predicted = classes - 1;
  else return null;
  const within = (place: number): boolean => place >= 0 && place < classes;
  return within(moved.label) && within(moved.predicted) ? moved : null;
}
