/** How groups of images lie in a pane, in CSS pixels. */
export interface PairLayout {
  /** Groups in one line. */
  readonly across: number;
  /** Of a group with its frame. */
  readonly groupWidth: number;
  /** Images of a group in one line. */
  readonly columns: number;
  readonly cardWidth: number;
}

/** As wide as two copies can well be compared at; in a narrow pane cards are smaller. */
const CARD = 180;
export const CARD_GAP = 12;
/** Between groups. */
export const GROUP_GAP = 12;
/** Below a card's picture: its split and class, its file, what it is like. */
const CAPTION_HEIGHT = 60;
/** Padding and border of a group, on both sides together. */
const FRAME = 26;
/** Right of the images, for the button that mends them. */
const BUTTON = 76;

/** So many images of a group are shown; all of them can be looked at one by one. */
export const MOST_SHOWN = 24;

/**
 * A pair always lies side by side, and as many pairs as there is room for.
 *
 * @param width of a line of groups
 * @param mendable whether each has a button
 * @param largest images of the largest group: larger ones than pairs have a line of their own
 */
export function layOutPairs(width: number, mendable: boolean, largest: number): PairLayout {
  const beside = FRAME + (mendable ? BUTTON : 0);
  const pair = beside + 2 * CARD + CARD_GAP;
  const across = largest > 2 ? 1 : Math.max(1, Math.floor((width + GROUP_GAP) / (pair + GROUP_GAP)));
  const groupWidth = Math.max(0, Math.floor((width - (across - 1) * GROUP_GAP) / across));
  const room = Math.max(0, groupWidth - beside);
  const columns = Math.max(2, Math.floor((room + CARD_GAP) / (CARD + CARD_GAP)));
  const shared = Math.floor((room - (columns - 1) * CARD_GAP) / columns);
  // Pairs share all the room that there is.
  const cardWidth = largest > 2 ? Math.min(CARD, shared) : Math.min(CARD * 1.25, Math.floor((room - CARD_GAP) / 2));
  return { across, groupWidth, columns, cardWidth: Math.max(1, Math.floor(cardWidth)) };
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

/** What keys move among. */
export interface PairGrid {
  readonly groups: number;
  /** Groups in one line. */
  readonly across: number;
  /** Lines that are in sight. */
  readonly page: number;
  /** How many images and buttons a group has. */
  readonly cellsIn: (row: number) => number;
}

/** Where a key leads among groups; null for keys that lead nowhere. */
export function movePair(
  key: string,
  { row, cell }: PairPlace,
  { groups, across, page, cellsIn }: PairGrid,
): PairPlace | null {
  const lastOf = (group: number): number => Math.max(0, cellsIn(group) - 1);
  const by = (change: number): PairPlace => {
    const next = row + change;
    if (next < 0 || next >= groups) return { row, cell };
    return { row: next, cell: Math.min(cell, lastOf(next)) };
  };
  const pages = Math.max(1, page) * across;
  switch (key) {
    case 'ArrowDown':
      return by(across);
    case 'ArrowUp':
      return by(-across);
    case 'PageDown':
      return row + pages < groups ? by(pages) : by(groups - 1 - row);
    case 'PageUp':
      return row >= pages ? by(-pages) : by(-row);
    case 'ArrowRight':
      if (cell < lastOf(row)) return { row, cell: cell + 1 };
      return row + 1 < groups ? { row: row + 1, cell: 0 } : { row, cell };
    case 'ArrowLeft':
      if (cell > 0) return { row, cell: cell - 1 };
      return row > 0 ? { row: row - 1, cell: lastOf(row - 1) } : { row, cell };
    case 'Home':
      return { row: 0, cell: 0 };
    case 'End':
      return { row: Math.max(0, groups - 1), cell: 0 };
    default:
      return null;
  }
}
