import { hex, type Colour } from './colour.ts';

export type Point = readonly [number, number];

/** How a shape is filled and outlined; widths in the units of the drawing. */
export interface Pen {
  readonly fill?: Colour;
  readonly stroke?: Colour;
  readonly width?: number;
  readonly opacity?: number;
}

const short = (value: number): string => String(Math.round(value * 100) / 100);

function pen({ fill, stroke, width, opacity }: Pen): string {
  return [
    `fill="${fill ? hex(fill) : 'none'}"`,
    ...(stroke
      ? [`stroke="${hex(stroke)}" stroke-width="${short(width ?? 1)}" stroke-linecap="round" stroke-linejoin="round"`]
      : []),
    ...(opacity === undefined ? [] : [`opacity="${short(opacity)}"`]),
  ].join(' ');
}

export function ellipse(center: Point, radiusX: number, radiusY: number, style: Pen): string {
  return `<ellipse cx="${short(center[0])}" cy="${short(center[1])}" rx="${short(radiusX)}" ry="${short(radiusY)}" ${pen(style)}/>`;
}

export function circle(center: Point, radius: number, style: Pen): string {
  return ellipse(center, radius, radius, style);
}

export function rectangle(x: number, y: number, width: number, height: number, style: Pen, corner = 0): string {
  return `<rect x="${short(x)}" y="${short(y)}" width="${short(width)}" height="${short(height)}" rx="${short(corner)}" ${pen(style)}/>`;
}

const list = (points: readonly Point[]): string => points.map(([x, y]) => `${short(x)},${short(y)}`).join(' ');

export function polygon(points: readonly Point[], style: Pen): string {
  return `<polygon points="${list(points)}" ${pen(style)}/>`;
}

/** An open line through the points, corners as they are. */
export function polyline(points: readonly Point[], style: Pen): string {
  return `<polyline points="${list(points)}" ${pen(style)}/>`;
}

/** The curve of Catmull and Rom through the points, as cubic Bézier segments. */
function curve(points: readonly Point[], closed: boolean): string {
  const count = points.length;
  const at = (index: number): Point => {
    const wrapped = closed ? (index + count) % count : Math.min(count - 1, Math.max(0, index));
    return points[wrapped] ?? [0, 0];
  };
  let path = `M${short(at(0)[0])} ${short(at(0)[1])}`;
  for (let index = 0; index < (closed ? count : count - 1); index++) {
    const [before, from, to, after] = [at(index - 1), at(index), at(index + 1), at(index + 2)];
    const numbers = [
      from[0] + (to[0] - before[0]) / 6,
      from[1] + (to[1] - before[1]) / 6,
      to[0] - (after[0] - from[0]) / 6,
      to[1] - (after[1] - from[1]) / 6,
      to[0],
      to[1],
    ];
    path += `C${numbers.map(short).join(' ')}`;
  }
  return closed ? `${path}Z` : path;
}

/** A smooth closed shape through the points. */
export function blob(points: readonly Point[], style: Pen): string {
  return `<path d="${curve(points, true)}" ${pen(style)}/>`;
}

/** A smooth open line through the points. */
export function stroke(points: readonly Point[], style: Pen): string {
  return `<path d="${curve(points, false)}" ${pen(style)}/>`;
}

/** @param degrees clockwise, about the point (x, y) of the drawing around it, where the group's own origin comes to lie */
export function group(
  body: string,
  place: { x?: number; y?: number; degrees?: number; scaleX?: number; scaleY?: number },
): string {
  const { x = 0, y = 0, degrees = 0, scaleX = 1, scaleY = scaleX } = place;
  return `<g transform="translate(${short(x)} ${short(y)}) rotate(${short(degrees)}) scale(${short(scaleX)} ${short(scaleY)})">${body}</g>`;
}

/** A path written in SVG's own commands, for what no other function here says. */
export function path(commands: string, style: Pen): string {
  return `<path d="${commands}" ${pen(style)}/>`;
}

/** A point at `distance` from `center`, at `degrees` clockwise from straight up. */
export function polar(center: Point, degrees: number, distance: number): Point {
  const angle = (degrees * Math.PI) / 180;
  return [center[0] + Math.sin(angle) * distance, center[1] - Math.cos(angle) * distance];
}
