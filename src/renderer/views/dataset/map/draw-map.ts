import { markOf, MARK_COLOURS, shapePath, type ClassMark } from '../../../state/class-marks.ts';
import { onScreen, type MapView, type Point } from '../../../state/map-geometry.ts';

/** What a canvas cannot take from the style sheet by itself. */
export interface MapColours {
  readonly marks: readonly string[];
  readonly unlabelled: string;
  readonly text: string;
  readonly surface: string;
  readonly lasso: string;
}

/** Reads the tokens as they are in force at an element. */
export function readMapColours(element: Element): MapColours {
  const style = getComputedStyle(element);
  const token = (name: string): string => style.getPropertyValue(name).trim();
  const forced = matchMedia('(forced-colors: active)').matches;
  return {
    marks: Array.from({ length: MARK_COLOURS }, (_, index) => (forced ? style.color : token(`--mark-${index}`))),
    unlabelled: forced ? style.color : token('--muted'),
    text: forced ? style.color : token('--text'),
    surface: forced ? style.backgroundColor : token('--bg'),
    lasso: forced ? style.color : token('--text'),
  };
}

export interface DrawnMap {
  readonly coordinates: Float32Array;
  readonly classes: Int32Array;
  readonly view: MapView;
  readonly width: number;
  readonly height: number;
  /** The only class that is not faint; null for all. */
  readonly shown: number | null;
  readonly isSelected: (index: number) => boolean;
  /** The image that keys or the pointer are at. */
  readonly cursor: number | null;
  readonly outline: readonly Point[];
}

/** From here on marks are so many that shapes cannot be told apart, and take too long to draw. */
const MOST_SHAPES = 20_000;
const FAINT = 0.12;
/** Beside what is selected, the others step back. */
const BESIDE = 0.35;

/** CSS pixels; smaller where there are more, larger the nearer one looks. */
function radiusOf(total: number, { scale }: MapView, width: number, height: number): number {
  const usual = total > 20_000 ? 1.6 : total > 3000 ? 2.6 : total > 600 ? 3.6 : 4.6;
  const nearer = Math.max(1, scale / Math.max(1, width, height));
  return Math.min(8, usual * nearer ** 0.35);
}

function outlined(context: CanvasRenderingContext2D, at: Point, radius: number, colours: MapColours): void {
  context.beginPath();
  context.arc(at.x, at.y, radius, 0, 2 * Math.PI);
  context.lineWidth = 4;
  context.strokeStyle = colours.surface;
  context.stroke();
  context.lineWidth = 2;
  context.strokeStyle = colours.text;
  context.stroke();
}

/** Draws all of the map, in CSS pixels. */
export function drawMap(context: CanvasRenderingContext2D, map: DrawnMap, colours: MapColours): void {
  const { coordinates, classes, view, width, height, shown, isSelected, cursor, outline } = map;
  const total = classes.length;
  const radius = radiusOf(total, view, width, height);
  context.clearRect(0, 0, width, height);
  const selected: number[] = [];
  for (let index = 0; index < total; index += 1) if (isSelected(index)) selected.push(index);
  const marks = new Map<number, { readonly colour: string; readonly path: Path2D }>();
  const markFor = (classIndex: number): { readonly colour: string; readonly path: Path2D } => {
    const known = marks.get(classIndex);
    if (known) return known;
    const { colour, shape }: ClassMark = markOf(classIndex);
    const made = { colour: colours.marks[colour] ?? colours.unlabelled, path: new Path2D(shapePath(shape, radius)) };
    marks.set(classIndex, made);
    return made;
  };
  const drawOne = (index: number): void => {
    const { x, y } = onScreen(view, coordinates, index);
    if (x < -radius || y < -radius || x > width + radius || y > height + radius) return;
    const mark = markFor(classes[index] ?? -1);
    context.fillStyle = mark.colour;
    if (total > MOST_SHAPES) {
      context.fillRect(x - radius, y - radius, 2 * radius, 2 * radius);
      return;
    }
    context.translate(x, y);
    context.fill(mark.path);
    context.translate(-x, -y);
  };
  const isFaint = (index: number): boolean => shown !== null && classes[index] !== shown;
  const usual = selected.length > 0 ? BESIDE : 0.9;
  // Faint ones first, so that they lie under all others; what is selected lies on top.
  for (const faint of [true, false]) {
    context.globalAlpha = faint ? FAINT : usual;
    for (let index = 0; index < total; index += 1) if (isFaint(index) === faint) drawOne(index);
  }
  context.globalAlpha = 1;
  for (const index of selected) drawOne(index);
  if (selected.length > 0 && total <= MOST_SHAPES) {
    context.lineWidth = 1.5;
    context.strokeStyle = colours.text;
    context.beginPath();
    for (const index of selected) {
      const { x, y } = onScreen(view, coordinates, index);
      context.moveTo(x + radius + 2, y);
      context.arc(x, y, radius + 2, 0, 2 * Math.PI);
    }
    context.stroke();
  }
  if (cursor !== null) outlined(context, onScreen(view, coordinates, cursor), radius + 4, colours);
  const [first, ...rest] = outline;
  if (!first) return;
  context.beginPath();
  context.moveTo(first.x, first.y);
  for (const corner of rest) context.lineTo(corner.x, corner.y);
  context.closePath();
  context.globalAlpha = 0.08;
  context.fillStyle = colours.lasso;
  context.fill();
  context.globalAlpha = 1;
  context.setLineDash([5, 4]);
  context.lineWidth = 1.5;
  context.strokeStyle = colours.lasso;
  context.stroke();
  context.setLineDash([]);
}
