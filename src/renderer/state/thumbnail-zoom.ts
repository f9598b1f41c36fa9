/** Width of a thumbnail, in CSS pixels. */
export const ZOOM = { least: 72, usual: 132, most: 320, step: 4 } as const;

/** The name under which it is remembered among the panes. */
export const ZOOM_PANE = 'dataset.thumbnail';

/** One press of + or -. */
const FACTOR = 1.2;

function within(width: number): number {
  const stepped = Math.round(width / ZOOM.step) * ZOOM.step;
  return Math.max(ZOOM.least, Math.min(ZOOM.most, stepped));
}

/** What was remembered, as far as it can be shown. */
export function zoomOf(remembered: number | undefined): number {
  return within(remembered ?? ZOOM.usual);
}

/** @returns null for keys that do not zoom; the width of a thumbnail after those that do */
export function zoomedByKey(key: string, width: number): number | null {
  if (key === '+' || key === '=') return within(width * FACTOR);
  if (key === '-' || key === '_') return within(width / FACTOR);
  return null;
}
