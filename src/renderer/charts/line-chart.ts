import { Chart, type Point } from 'chart.js';
import { onThemeChange, readColours, type ChartColours } from './chart-colours.ts';
import { lineDatasets, READ_ORDER, refresh, type LineDataset } from './chart-datasets.ts';
import type { Range } from './chart-line.ts';
import { chartOptions } from './chart-options.ts';
import { registerChartParts } from './chart-parts.ts';
import { boundedRoom, differsInForm, extent, type ChartView } from './chart-view.ts';
import { nearestIndex } from './curve.ts';
import { readAll } from './read-line.ts';
import { RedrawPace } from './redraw-pace.ts';

registerChartParts();

const ZOOM_STEP = 1.5;
const PAN_SHARE = 0.2;
const LEAST_WIDTH = 200;
/** The window's charts share a thread. */
const pace = new RedrawPace();

/** A chart on a canvas. It redraws at most once a frame, and only where it can be seen. */
export class LineChart {
  readonly #chart: Chart<'line', Point[]>;
  readonly #onRange: (range: Range | null) => void;
  readonly #ends: (() => void)[] = [];
  #view: ChartView;
  #colours: ChartColours;
  #range: Range | null = null;
  #frame = 0;
  #visible = true;
  #due = false;
  #formStale = false;
  /** Chart.js keeps the colours of a dataset's points as long as it has the dataset. */
  #coloursStale = false;
  #cursor: number | null = null;
  readonly #redraw = (): void => {
    this.#due = true;
    if (this.#frame !== 0 || !this.#visible) return;
    this.#frame = requestAnimationFrame(() => {
      this.#frame = 0;
      this.#due = false;
      this.#draw();
    });
  };

  /** @param onRange told what is zoomed to; null for the whole run */
  constructor(canvas: HTMLCanvasElement, view: ChartView, onRange: (range: Range | null) => void) {
    this.#view = view;
    this.#onRange = onRange;
    this.#colours = readColours(canvas);
    this.#chart = new Chart<'line', Point[]>(canvas, {
      type: 'line',
      data: { datasets: [] },
      options: this.#options(canvas.clientHeight),
    });
    const observer = new IntersectionObserver((entries) => {
      this.#visible = entries.at(-1)?.isIntersecting ?? true;
      if (this.#visible && this.#due) this.#redraw();
    });
    observer.observe(canvas);
    this.#ends.push(
      () => observer.disconnect(),
      onThemeChange(() => {
        this.#colours = readColours(canvas);
        this.#formStale = true;
        this.#coloursStale = true;
        this.#redraw();
      }),
    );
    this.#redraw();
  }

  /** Shows something else, or the same again because it has grown. */
  show(view: ChartView): void {
    const before = this.#view;
    this.#view = view;
    if (view.axisTitle !== before.axisTitle) this.resetZoom();
    this.#formStale ||= differsInForm(view, before);
    const askedFor = this.#formStale || view.smoothing !== before.smoothing;
    if (askedFor) this.#redraw();
    else pace.request(this.#redraw);
  }

  resetZoom(): void {
    if (this.#range === null) return;
    this.#chart.resetZoom('none');
    this.#range = null;
    this.#onRange(null);
    this.#redraw();
  }

  /** @param direction 1 looks closer, -1 further away */
  zoom(direction: 1 | -1): void {
    this.#chart.zoom({ x: direction === 1 ? ZOOM_STEP : 1 / ZOOM_STEP, y: 1 }, 'none');
    this.#takeRange();
  }

  pan(direction: 1 | -1): void {
    this.#chart.pan({ x: -direction * PAN_SHARE * this.#chart.chartArea.width, y: 0 }, undefined, 'none');
    this.#takeRange();
  }

  /**
   * Moves the reading mark along the points of the first line.
   *
   * @returns what stands there, for people
   */
  moveCursor(direction: 1 | -1): string {
    const scale = this.#chart.scales['x'];
    const first = this.#chart.data.datasets.find((line) => line.order === READ_ORDER);
    if (!first || !scale) return '';
    const inside = xsOf(first).filter((x) => x >= scale.min && x <= scale.max);
    const start = direction === 1 ? -1 : inside.length;
    const from = this.#cursor === null ? start : nearestIndex(inside, this.#cursor);
    const x = inside[Math.min(inside.length - 1, Math.max(0, from + direction))];
    if (x === undefined) return '';
    this.#cursor = x;
    this.#showCursor();
    return readAll(this.#view, x).join(', ');
  }

  leaveCursor(): void {
    if (this.#cursor === null) return;
    this.#cursor = null;
    this.#chart.tooltip?.setActiveElements([], { x: 0, y: 0 });
    this.#redraw();
  }

  destroy(): void {
    cancelAnimationFrame(this.#frame);
    pace.withdraw(this.#redraw);
    for (const end of this.#ends) end();
    this.#chart.destroy();
  }

  #options(height: number): ReturnType<typeof chartOptions> {
    return chartOptions(this.#colours, height, {
      view: () => this.#view,
      cursor: () => this.#cursor,
      onRange: () => this.#takeRange(),
    });
  }

  #showCursor(): void {
    const chart = this.#chart;
    const scale = chart.scales['x'];
    const cursor = this.#cursor;
    if (cursor === null || !scale) return;
    const active = chart.data.datasets.flatMap((line, datasetIndex) =>
      line.order !== READ_ORDER || line.data.length === 0
        ? []
        : [{ datasetIndex, index: nearestIndex(xsOf(line), cursor) }],
    );
    const y = (chart.chartArea.top + chart.chartArea.bottom) / 2;
    chart.tooltip?.setActiveElements(active, { x: scale.getPixelForValue(cursor), y });
    chart.update('none');
  }

  #takeRange(): void {
    const scale = this.#chart.scales['x'];
    if (!scale) return;
    const { min, max } = extent(this.#view.lines);
    this.#range = { from: scale.min, to: scale.max };
    if (scale.min <= min && scale.max >= max) {
      this.resetZoom();
      return;
    }
    this.#onRange(this.#range);
    this.#redraw();
  }

  #draw(): void {
    const chart = this.#chart;
    if (this.#formStale) this.#renewOptions();
    this.#formStale = false;
    this.#followData();
    const { lines, smoothing } = this.#view;
    const width = Math.max(LEAST_WIDTH, chart.width);
    const made = lines.flatMap((line) => lineDatasets(line, this.#colours, smoothing, this.#range, width));
    if (this.#coloursStale || !refresh(chart.data.datasets, made)) chart.data.datasets = made;
    this.#coloursStale = false;
    chart.update('none');
    this.#showCursor();
  }

  /** Made anew, for they are many; what is zoomed to lives in them and has to be carried over. */
  #renewOptions(): void {
    const options = this.#options(this.#chart.height);
    const x = options.scales?.['x'];
    if (x && this.#range) Object.assign(x, { min: this.#range.from, max: this.#range.to });
    this.#chart.options = options;
  }

  /** What of the options depends on the values, changed in place: to renew all of them at each redraw is dear. */
  #followData(): void {
    const { scales, plugins } = this.#chart.options;
    const { best, parts, level, logarithmic, lines } = this.#view;
    if (plugins?.marker) Object.assign(plugins.marker, { x: best?.x ?? null, label: best?.label ?? '', parts, level });
    if (plugins?.zoom?.limits?.['x']) Object.assign(plugins.zoom.limits['x'], extent(lines));
    if (scales?.['y'] && !logarithmic) Object.assign(scales['y'], boundedRoom(this.#view));
  }
}

function xsOf(line: LineDataset): number[] {
  return line.data.map(({ x }) => x ?? NaN);
}
