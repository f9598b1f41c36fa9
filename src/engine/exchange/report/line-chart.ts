import { html, isolated, type Html } from './html.ts';
import { plain } from './figures.ts';

/** A curve of a chart: `x` rise; a `y` that is no number leaves a gap. */
export interface ReportCurve {
  readonly label: string;
  readonly x: Float64Array;
  readonly y: Float64Array;
  /** The number of its colour, and of its dashes. */
  readonly mark: number;
}

/** A part of what is drawn, from `x` to where the next one begins. */
export interface ChartPart {
  readonly label: string;
  readonly x: number;
}

const COLOURS = 10;
const DASHES = ['', '7 4', '2 4', '9 3 2 3'];
const [WIDTH, HEIGHT] = [480, 240];
const AREA = { left: 48, right: 470, top: 10, bottom: 212 };
const TICKS = 5;
/** Where names of parts stand above the curves, and how wide a letter of theirs is at most. */
const PARTS = { top: 24, baseline: 14, letter: 6.5, gap: 4 };

/** By colour, and where colours are hard to tell apart by dashes too. */
function strokeOf(mark: number): { readonly style: string; readonly dashes: string } {
  return { style: `stroke: var(--c${mark % COLOURS})`, dashes: DASHES[mark % DASHES.length] ?? '' };
}

/** Round numbers that span the values, in steps of 1, 2 or 5 times a power of ten. */
function ticks(low: number, high: number): readonly number[] {
  const span = high - low || Math.abs(high) || 1;
  const rough = span / TICKS;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = ([1, 2, 5].find((factor) => factor * power >= rough) ?? 10) * power;
  const [first, last] = [Math.floor(low / step), Math.ceil((low === high ? high + step / 2 : high) / step)];
  return Array.from({ length: last - first + 1 }, (_, index) => Number(((first + index) * step).toPrecision(12)));
}

function pathOf({ x, y }: ReportCurve, toX: (value: number) => number, toY: (value: number) => number): string {
  const parts: string[] = [];
  let drawing = false;
  x.forEach((at, index) => {
    const value = y[index] ?? Number.NaN;
    if (!Number.isFinite(value)) {
      drawing = false;
      return;
    }
    parts.push(`${drawing ? 'L' : 'M'}${toX(at).toFixed(1)} ${toY(value).toFixed(1)}`);
    // A point by itself is a dot: its line has a round end.
    if (!drawing && !Number.isFinite(y[index + 1] ?? Number.NaN)) parts.push('h0');
    drawing = true;
  });
  return parts.join('');
}

/** What each line of a chart is. */
export function legend(
  entries: readonly { readonly label: string; readonly mark: number; readonly id?: string }[],
): Html {
  return html`<ul class="legend">
    ${entries.map(({ label, mark, id }) => {
      const { style, dashes } = strokeOf(mark);
      return html`<li>
        <svg viewBox="0 0 28 8" aria-hidden="true">
          <path class="curve" d="M1 4H27" style="${style}" stroke-dasharray="${dashes}" />
        </svg>
        <span><bdi>${label}</bdi>${id === undefined ? '' : html` <span class="id">${id}</span>`}</span>
      </li>`;
    })}
  </ul>`;
}

/** As much of a name as has room; nothing where that would tell nothing. */
function shortened(name: string, room: number): string {
  const letters = Array.from(new Intl.Segmenter().segment(name), ({ segment }) => segment);
  const most = Math.floor(room / PARTS.letter);
  if (letters.length <= most) return name;
  return most < 3 ? '' : `${letters.slice(0, most - 1).join('')}…`;
}

/** A thin rule where each part but the first begins, and the parts' names above the curves. */
function partMarks(parts: readonly ChartPart[], toX: (value: number) => number): Html {
  const edges = parts.map(({ x }) => Math.min(AREA.right, Math.max(AREA.left, toX(x))));
  return html`${parts.map(({ label }, index) => {
    const from = edges[index] ?? AREA.left;
    const room = (edges[index + 1] ?? AREA.right) - from - 2 * PARTS.gap;
    return html`${
        index === 0
          ? null
          : html`<path class="rule" d="${`M${from.toFixed(1)} ${PARTS.baseline - 8}V${AREA.bottom}`}" />`
      }<text class="part" x="${(from + PARTS.gap).toFixed(1)}" y="${PARTS.baseline}">${shortened(label, room)}</text>`;
  })}`;
}

/**
 * Curves as a picture; values of one axis each.
 *
 * @param axis what `x` counts
 * @param parts in their order; those that a run's stages are
 * @returns null where there is nothing to draw
 */
export function lineChart(
  title: string,
  axis: string,
  curves: readonly ReportCurve[],
  parts: readonly ChartPart[] = [],
): Html | null {
  const values = curves.flatMap(({ y }) => [...y].filter(Number.isFinite));
  if (values.length === 0) return null;
  const positions = curves.flatMap(({ x }) => [...x]);
  const least = (list: readonly number[]): number => list.reduce((low, value) => Math.min(low, value), Infinity);
  const most = (list: readonly number[]): number => list.reduce((high, value) => Math.max(high, value), -Infinity);
  const [left, right] = [least(positions), most(positions)];
  const marks = ticks(least(values), most(values));
  const [low, high] = [marks[0] ?? 0, marks.at(-1) ?? 1];
  const toX = (value: number): number =>
    right === left
      ? (AREA.left + AREA.right) / 2
      : AREA.left + ((value - left) / (right - left)) * (AREA.right - AREA.left);
  const top = parts.length === 0 ? AREA.top : PARTS.top;
  const toY = (value: number): number => AREA.bottom - ((value - low) / (high - low)) * (AREA.bottom - top);
  const along = [
    ...new Set([left, ...ticks(left, right).filter((at) => at > left && at < right && Number.isInteger(at)), right]),
  ];
  // The last two would stand on one another.
  const shown = along.filter((at, index) => index !== along.length - 2 || toX(right) - toX(at) > 28 || index === 0);
  const words = curves.map(({ label, y }) => `${isolated(label)} ends at ${plain([...y].at(-1) ?? null)}`).join('; ');
  const inParts = parts.length === 0 ? '' : `; in parts: ${parts.map(({ label }) => isolated(label)).join(', ')}`;
  return html`<figure>
    <figcaption>${title} <span class="muted">by ${axis}</span></figcaption>
    <svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${`${title} by ${axis}: ${words}${inParts}`}">
      ${marks.map(
        (mark) =>
          html`<path class="grid" d="${`M${AREA.left} ${toY(mark).toFixed(1)}H${AREA.right}`}" />
            <text x="${AREA.left - 8}" y="${(toY(mark) + 4).toFixed(1)}" text-anchor="end">${plain(mark)}</text>`,
      )}
      ${shown.map((at) => html`<text x="${toX(at).toFixed(1)}" y="${AREA.bottom + 18}" text-anchor="middle">${at}</text>`)}
      ${partMarks(parts, toX)}
      ${curves.map((curve) => {
        const { style, dashes } = strokeOf(curve.mark);
        return html`<path
          class="curve"
          d="${pathOf(curve, toX, toY)}"
          style="${style}"
          stroke-dasharray="${dashes}"
        />`;
      })}
    </svg>
  </figure>`;
}
