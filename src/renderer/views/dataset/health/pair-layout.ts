/** How the images of a group lie beside each other, in CSS pixels. */
export interface PairLayout {
  readonly columns: number;
  readonly cardWidth: number;
}

/** As wide as two copies can well be compared at; in a narrow pane cards are smaller. */
const CARD = 200;
export const CARD_GAP = 12;
/** Below a card's picture: its split and class, its file, what it is like. */
const CAPTION_HEIGHT = 60;
/** Padding and border, above and below together. */
const FRAME = 26;

/** So many images of a group are shown; all of them can be looked at one by one. */
export const MOST_SHOWN = 24;

/** Side by side as far as there is room, so that a pair always is. @param width within the frame of a group */
export function layOutPairs(width: number): PairLayout {
  const fitting = Math.floor((width + CARD_GAP) / (CARD + CARD_GAP));
  const columns = Math.max(2, fitting);
  const shared = Math.floor((width - (columns - 1) * CARD_GAP) / columns);
  return { columns, cardWidth: Math.max(1, Math.min(CARD, shared)) };
}

export const pictureHeight = (cardWidth: number): number => Math.round(cardWidth * 0.75);

/** Of a group with its frame, whatever is in it. */
export function groupHeight(images: number, { columns, cardWidth }: PairLayout): number {
  const cards = Math.min(images, MOST_SHOWN) + (images > MOST_SHOWN ? 1 : 0);
  const lines = Math.ceil(cards / columns);
  return FRAME + lines * (pictureHeight(cardWidth) + CAPTION_HEIGHT) + (lines - 1) * CARD_GAP;
}

/** A place among groups: the group, and the image or button within it. */
export interface PairPlace {
  readonly row: number;
  readonly cell: number;
}

/**
 * Where a key leads among groups; null for keys that lead nowhere.
 *
 * @param cellsIn how many images and buttons a group has
 * @param page groups that are in sight
 */
export function movePair(
  key: string,
  { row, cell }: PairPlace,
  groups: number,
  cellsIn: (row: number) => number,
  page: number,
): PairPlace | null {
  const to = (next: number): PairPlace => {
    const wanted = Math.max(0, Math.min(groups - 1, next));
    return { row: wanted, cell: Math.min(cell, Math.max(0, cellsIn(wanted) - 1)) };
  };
  switch (key) {
    case 'ArrowDown':
      return to(row + 1);
    case 'ArrowUp':
      return to(row - 1);
    case 'PageDown':
      return to(row + Math.max(1, page));
    case 'PageUp':
      return to(row - Math.max(1, page));
    case 'ArrowRight':
      return { row, cell: Math.min(Math.max(0, cellsIn(row) - 1), cell + 1) };
    case 'ArrowLeft':
      return { row, cell: Math.max(0, cell - 1) };
    case 'Home':
      return { row: 0, cell: 0 };
    case 'End':
      return { row: Math.max(0, groups - 1), cell: 0 };
    default:
      return null;
  }
}
