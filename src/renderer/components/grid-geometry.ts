/** Where the cells of a grid of equal cells lie, in CSS pixels; all a virtualised grid needs to know. */
export interface GridGeometry {
  readonly total: number;
  readonly columns: number;
  readonly rows: number;
  readonly cellWidth: number;
  readonly cellHeight: number;
  readonly gap: number;
  readonly padding: number;
  /** Of all rows, paddings included. */
  readonly height: number;
}

export interface GridMeasures {
  /** Inner width that the grid has, paddings included. */
  readonly width: number;
  readonly total: number;
  /** A cell is at least this wide; what is left over is shared among the columns. */
  readonly minimumCellWidth: number;
  /** From a cell's width to its height. */
  readonly heightOf: (cellWidth: number) => number;
  readonly gap: number;
  readonly padding: number;
  readonly maximumColumns?: number;
}

export function layOut(measures: GridMeasures): GridGeometry {
  const { total, gap, padding, minimumCellWidth } = measures;
  const inner = Math.max(0, measures.width - 2 * padding);
  const fitting = Math.max(1, Math.floor((inner + gap) / (minimumCellWidth + gap)));
  const columns = Math.min(fitting, measures.maximumColumns ?? fitting);
  const cellWidth = Math.max(1, Math.floor((inner - (columns - 1) * gap) / columns));
  const cellHeight = Math.ceil(measures.heightOf(cellWidth));
  const rows = Math.ceil(total / columns);
  const height = rows === 0 ? 0 : 2 * padding + rows * cellHeight + (rows - 1) * gap;
  return { total, columns, rows, cellWidth, cellHeight, gap, padding, height };
}

/** From `first` up to, not including, `end`. */
export interface CellRange {
  readonly first: number;
  readonly end: number;
}

/** The cells that can be seen between `scrollTop` and `scrollTop + viewport`, and `overscan` rows beyond on either side. */
export function cellsInView(grid: GridGeometry, scrollTop: number, viewport: number, overscan: number): CellRange {
  const pitch = grid.cellHeight + grid.gap;
  const firstRow = Math.max(0, Math.floor((scrollTop - grid.padding) / pitch) - overscan);
  const endRow = Math.min(grid.rows, Math.ceil((scrollTop + viewport - grid.padding) / pitch) + overscan);
  const first = Math.min(grid.total, firstRow * grid.columns);
  return { first, end: Math.max(first, Math.min(grid.total, endRow * grid.columns)) };
}

/** In CSS pixels, from the upper left corner of the first cell's padding. */
export interface Rectangle {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

/** The cells that a rectangle touches, row by row; neighbouring rows that it covers whole are one range. */
export function cellsWithin(grid: GridGeometry, rectangle: Rectangle): CellRange[] {
  const spanned = (low: number, high: number, size: number, count: number): CellRange => {
    const pitch = size + grid.gap;
    // From the first cell that does not end before it to the last that has begun.
    const first = Math.max(0, Math.ceil((low - grid.padding - size) / pitch));
    return { first, end: Math.min(count, Math.floor((high - grid.padding) / pitch) + 1) };
  };
  const columns = spanned(rectangle.left, rectangle.right, grid.cellWidth, grid.columns);
  const rows = spanned(rectangle.top, rectangle.bottom, grid.cellHeight, grid.rows);
  if (columns.first >= columns.end) return [];
  const ranges: CellRange[] = [];
  for (let row = rows.first; row < rows.end; row += 1) {
    const first = row * grid.columns + columns.first;
    const end = Math.min(grid.total, row * grid.columns + columns.end);
    const before = ranges.at(-1);
    if (before?.end === first) ranges[ranges.length - 1] = { first: before.first, end };
    else if (first < end) ranges.push({ first, end });
  }
  return ranges;
}

export function placeOf(grid: GridGeometry, index: number): { readonly x: number; readonly y: number } {
  const row = Math.floor(index / grid.columns);
  const column = index % grid.columns;
  return {
    x: grid.padding + column * (grid.cellWidth + grid.gap),
    y: grid.padding + row * (grid.cellHeight + grid.gap),
  };
}

/** The nearest `scrollTop` at which the whole cell can be seen. */
export function scrollToShow(grid: GridGeometry, index: number, scrollTop: number, viewport: number): number {
  const { y } = placeOf(grid, index);
  const top = y - grid.padding;
  const bottom = y + grid.cellHeight + grid.padding - viewport;
  if (top < scrollTop) return Math.max(0, top);
  return bottom > scrollTop ? bottom : scrollTop;
}

/**
 * Where a key leads from `cursor`, as in a file manager: up and down stay in the column, the ends hold.
 *
 * @param viewport height that can be seen; a page is as many whole rows
 * @returns null for keys that do not move
 */
export function moveCursor(grid: GridGeometry, key: string, cursor: number, viewport: number): number | null {
  if (grid.total === 0) return null;
  const last = grid.total - 1;
  const page = Math.max(1, Math.floor(viewport / (grid.cellHeight + grid.gap))) * grid.columns;
  const down = (by: number): number => {
    if (cursor + by <= last) return cursor + by;
    // Below a full row there may be a shorter last one: it is reached at its end.
    const lastRow = Math.floor(last / grid.columns);
    return Math.floor(cursor / grid.columns) < lastRow
      ? Math.min(last, lastRow * grid.columns + (cursor % grid.columns))
      : cursor;
  };
  const up = (by: number): number => (cursor - by >= 0 ? cursor - by : cursor % grid.columns);
  switch (key) {
    case 'ArrowRight':
      return Math.min(last, cursor + 1);
    case 'ArrowLeft':
      return Math.max(0, cursor - 1);
    case 'ArrowDown':
      return down(grid.columns);
    case 'ArrowUp':
      return up(grid.columns);
    case 'PageDown':
      return down(page);
    case 'PageUp':
      return up(page);
    case 'Home':
      return 0;
    case 'End':
      return last;
    default:
      return null;
  }
}
