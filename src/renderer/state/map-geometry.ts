/** How a map is looked at: places from 0 to 1 are scaled, then moved, into CSS pixels. */
export interface MapView {
  readonly scale: number;
  readonly left: number;
  readonly top: number;
}

export interface Point {
  readonly x: number;
  readonly y: number;
}

interface Size {
  readonly width: number;
  readonly height: number;
}

/** Around the outermost images, whose marks reach beyond their places. */
const MARGIN = 44;
/** Of a window, as the side of all places. */
const MOST_SCALE = 4;
/** How many times larger than all of it a part may be seen. */
const MOST_ZOOM = 200;

/** Where a map's images lie. */
export interface Extent {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

export function extentOf(coordinates: Float32Array): Extent {
  let [left, right, top, bottom] = [Infinity, -Infinity, Infinity, -Infinity];
  coordinates.forEach((value, at) => {
    if (at % 2 === 0) [left, right] = [Math.min(left, value), Math.max(right, value)];
    else [top, bottom] = [Math.min(top, value), Math.max(bottom, value)];
  });
  return right < left
    ? { left: 0, top: 0, width: 0, height: 0 }
    : { left, top, width: right - left, height: bottom - top };
}

/** All images in sight, in the middle. */
export function fitted({ width, height }: Size, extent: Extent): MapView {
  const across = Math.max(1, width - 2 * MARGIN) / Math.max(extent.width, 1e-6);
  const down = Math.max(1, height - 2 * MARGIN) / Math.max(extent.height, 1e-6);
  // Images that all lie at one place are no reason to look at it from nowhere.
  const scale = Math.min(across, down, MOST_SCALE * Math.max(width, height, 1));
  return {
    scale,
    left: width / 2 - (extent.left + extent.width / 2) * scale,
    top: height / 2 - (extent.top + extent.height / 2) * scale,
  };
}

/** Larger or smaller, the place under `at` staying where it is. */
export function zoomed(view: MapView, factor: number, at: Point, fit: MapView): MapView {
  const least = fit.scale;
  const scale = Math.max(least / 2, Math.min(least * MOST_ZOOM, view.scale * factor));
  const ratio = scale / view.scale;
  return { scale, left: at.x - (at.x - view.left) * ratio, top: at.y - (at.y - view.top) * ratio };
}

export function moved(view: MapView, across: number, down: number): MapView {
  return { ...view, left: view.left + across, top: view.top + down };
}

export function onScreen(view: MapView, coordinates: Float32Array, index: number): Point {
  return {
    x: view.left + (coordinates[index * 2] ?? 0) * view.scale,
    y: view.top + (coordinates[index * 2 + 1] ?? 0) * view.scale,
  };
}

/** Moves a map as little as brings an image into sight. */
export function revealing(view: MapView, point: Point, { width, height }: Size): MapView {
  const into = (value: number, end: number): number =>
    value < MARGIN ? MARGIN - value : value > end - MARGIN ? end - MARGIN - value : 0;
  return moved(view, into(point.x, width), into(point.y, height));
}

/**
 * The image nearest to a place of the screen.
 *
 * @param reach in CSS pixels
 * @returns null where none is that near
 */
export function nearestTo(view: MapView, coordinates: Float32Array, at: Point, reach: number): number | null {
  const [x, y] = [(at.x - view.left) / view.scale, (at.y - view.top) / view.scale];
  let least = (reach / view.scale) ** 2;
  let found: number | null = null;
  for (let index = 0; index * 2 < coordinates.length; index += 1) {
    const distance = ((coordinates[index * 2] ?? 0) - x) ** 2 + ((coordinates[index * 2 + 1] ?? 0) - y) ** 2;
    if (distance > least) continue;
    least = distance;
    found = index;
  }
  return found;
}

/** Screens have their origin at the top left. */
const DIRECTIONS: Readonly<Record<string, Point>> = {
  ArrowRight: { x: 1, y: 0 },
  ArrowLeft: { x: -1, y: 0 },
  ArrowDown: { x: 0, y: 1 },
  ArrowUp: { x: 0, y: -1 },
};

export const isArrow = (key: string): boolean => key in DIRECTIONS;

/** An image that lies aside counts as twice as far. */
const ASIDE = 2;

/**
 * The next image from another in an arrow's direction: what lies within a right angle around it, the nearest first.
 *
 * @returns null where none lies there
 */
export function nextToward(coordinates: Float32Array, from: number, arrow: string): number | null {
  const direction = DIRECTIONS[arrow];
  if (!direction) return null;
  const [x, y] = [coordinates[from * 2] ?? 0, coordinates[from * 2 + 1] ?? 0];
  let least = Infinity;
  let found: number | null = null;
  for (let index = 0; index * 2 < coordinates.length; index += 1) {
    const [across, down] = [(coordinates[index * 2] ?? 0) - x, (coordinates[index * 2 + 1] ?? 0) - y];
    const ahead = across * direction.x + down * direction.y;
    const aside = Math.abs(across * direction.y) + Math.abs(down * direction.x);
    if (ahead <= 0 || aside > ahead) continue;
    const far = ahead + ASIDE * aside;
    if (far >= least) continue;
    least = far;
    found = index;
  }
  return found;
}

/** Whether a place lies within an outline that may cross itself: an odd number of its edges lies to the right. */
export function isInside(outline: readonly Point[], { x, y }: Point): boolean {
  let inside = false;
  let before = outline.at(-1);
  for (const corner of outline) {
    if (before && corner.y > y !== before.y > y) {
      const crossing = corner.x + ((y - corner.y) / (before.y - corner.y)) * (before.x - corner.x);
      if (x < crossing) inside = !inside;
    }
    before = corner;
  }
  return inside;
}

/** CSS pixels; corners of an outline that are nearer to each other are no use. */
const CORNERS_APART = 3;
/** An outline with more corners becomes coarser, since every image is compared with each of them. */
const MOST_CORNERS = 1000;

/** Goes on drawing an outline, whose corners it changes. */
export function drawTo(outline: Point[], at: Point): void {
  const last = outline.at(-1);
  if (last && Math.hypot(at.x - last.x, at.y - last.y) < CORNERS_APART) return;
  outline.push(at);
  if (outline.length <= MOST_CORNERS) return;
  const kept = outline.filter((_, corner) => corner % 2 === 0);
  outline.splice(0, outline.length, ...kept);
}

/** The images within an outline on the screen, by their numbers; none where it is no area. */
export function withinOutline(view: MapView, coordinates: Float32Array, outline: readonly Point[]): number[] {
  if (outline.length < 3) return [];
  const around = extentOf(Float32Array.from(outline.flatMap(({ x, y }) => [x, y])));
  const found: number[] = [];
  for (let index = 0; index * 2 < coordinates.length; index += 1) {
    const at = onScreen(view, coordinates, index);
    const [across, down] = [at.x - around.left, at.y - around.top];
    if (across < 0 || down < 0 || across > around.width || down > around.height) continue;
    if (isInside(outline, at)) found.push(index);
  }
  return found;
}
