import { Chart, type ChartConfiguration, type ChartDataset, type Point, type TooltipItem } from 'chart.js';
import { readColours, faint, onThemeChange, type ChartColours } from './chart-colours.ts';
import { drawnLine, type ChartLine, type Range } from './chart-line.ts';
import { READ_ORDER, registerChartParts } from './chart-parts.ts';
import { nearestIndex, type Curve } from './curve.ts';
import { smooth } from './smoothing.ts';

registerChartParts();

/** What a chart shows; `lines` are read anew at each redraw, so they may grow. */
export interface ChartView {
  readonly lines: readonly ChartLine[];
  readonly smoothing: number;
  readonly logarithmic: boolean;
  readonly axisTitle: string;
  readonly valueTitle: string;
  /** Values as they stand at the axis and where they are read. */
  readonly formatValue: (value: number) => string;
  readonly formatPosition: (x: number) => string;
  readonly formatSmoothed: (value: string) => string;
  readonly best: { readonly x: number; readonly label: string } | null;
  /** The value axis goes no further, whatever room is left above and below the lines. */
  readonly bounds: { readonly min: number; readonly max: number } | null;
}

export interface LineChartEvents {
  /** A closer look was asked for, or, with null, the whole run again. */
  readonly onRange: (range: Range | null) => void;
}

type Line = ChartDataset<'line', Point[]>;

const ZOOM_STEP = 1.5;
const PAN_SHARE = 0.2;

/** A chart on a canvas. It redraws at most once a frame, and only where it can be seen. */
export class LineChart {
  readonly #chart: Chart<'line', Point[]>;
  readonly #events: LineChartEvents;
  readonly #ends: (() => void)[] = [];
  #view: ChartView;
  #colours: ChartColours;
  #range: Range | null = null;
  #frame = 0;
  #visible = true;
  #due = false;
  #optionsStale = false;
  #cursor: number | null = null;

  constructor(canvas: HTMLCanvasElement, view: ChartView, events: LineChartEvents) {
    this.#view = view;
    this.#events = events;
    this.#colours = readColours(canvas);
    this.#chart = new Chart(canvas, this.#configuration());
    this.#ends.push(
      onThemeChange(() => {
        this.#colours = readColours(canvas);
        this.#optionsStale = true;
        this.#redraw();
      }),
    );
    const observer = new IntersectionObserver((entries) => {
      this.#visible = entries.at(-1)?.isIntersecting ?? true;
      if (this.#visible && this.#due) this.#redraw();
    });
    observer.observe(canvas);
    this.#ends.push(() => observer.disconnect());
    this.#redraw();
  }

  get range(): Range | null {
    return this.#range;
  }

  /** Shows something else, or the same again because it has grown. */
  show(view: ChartView): void {
    const { logarithmic, axisTitle, valueTitle } = this.#view;
    if (view.axisTitle !== axisTitle) this.resetZoom();
    this.#optionsStale ||=
      view.logarithmic !== logarithmic || view.axisTitle !== axisTitle || view.valueTitle !== valueTitle;
    this.#view = view;
    this.#redraw();
  }

  resetZoom(): void {
    if (this.#range === null) return;
    this.#chart.resetZoom('none');
    this.#range = null;
    this.#events.onRange(null);
    this.#redraw();
  }

  /** @param direction 1 looks closer, -1 further away */
  zoom(direction: 1 | -1): void {
    const x = direction === 1 ? ZOOM_STEP : 1 / ZOOM_STEP;
    this.#chart.zoom({ x, y: 1 }, 'none');
    this.#setRange();
  }

  pan(direction: 1 | -1): void {
    this.#chart.pan({ x: -direction * PAN_SHARE * this.#chart.chartArea.width, y: 0 }, undefined, 'none');
    this.#setRange();
  }

  /**
   * Moves the reading mark along the points of the first line.
   *
   * @returns what stands there, for people
   */
  moveCursor(direction: 1 | -1): string {
    const [first] = this.#chart.data.datasets.filter((line) => line.order === READ_ORDER);
    const scale = this.#chart.scales['x'];
    if (!first || !scale) return '';
    const inside = xsOf(first).filter((x) => x >= scale.min && x <= scale.max);
    const at = this.#cursor === null ? -1 : nearestIndex(inside, this.#cursor);
    const next = this.#cursor === null ? (direction === 1 ? 0 : inside.length - 1) : at + direction;
    const x = inside[Math.min(inside.length - 1, Math.max(0, next))];
    if (x === undefined) return '';
    this.#cursor = x;
    this.#showCursor();
    return this.readAt(x).join(', ');
  }

  leaveCursor(): void {
    if (this.#cursor === null) return;
    this.#cursor = null;
    this.#chart.tooltip?.setActiveElements([], { x: 0, y: 0 });
    this.#redraw();
  }

  /** The position and the values of all lines nearest to it. */
  readAt(x: number): string[] {
    const { lines, smoothing, formatPosition } = this.#view;
    const read = lines.flatMap((line) => this.#readLine(line, smoothing, x));
    return [formatPosition(x), ...read];
  }

  destroy(): void {
    cancelAnimationFrame(this.#frame);
    for (const end of this.#ends) end();
    this.#chart.destroy();
  }

  #readLine(line: ChartLine, smoothing: number, x: number): string[] {
    const { formatValue, formatSmoothed, formatPosition } = this.#view;
    const index = nearestIndex(line.x, x);
    const value = line.y[index];
    if (value === undefined || !Number.isFinite(value)) return [];
    const parts = [`${line.label} ${formatValue(value)}`];
    const smoothed = smoothing > 0 ? smooth(line.y.slice(0, index + 1), smoothing).at(-1) : undefined;
    if (smoothed !== undefined) parts.push(`(${formatSmoothed(formatValue(smoothed))})`);
    // Validation is known at epochs' ends only: a value from elsewhere says where from.
    if (line.x[index] !== x) parts.push(`– ${formatPosition(line.x[index] ?? NaN)}`);
    return [parts.join(' ')];
  }

  #showCursor(): void {
    const chart = this.#chart;
    const scale = chart.scales['x'];
    if (this.#cursor === null || !scale) return;
    const active = chart.data.datasets.flatMap((line, datasetIndex) => {
      if (line.order !== READ_ORDER || line.data.length === 0) return [];
      return [{ datasetIndex, index: nearestIndex(xsOf(line), this.#cursor ?? 0) }];
    });
    const y = (chart.chartArea.top + chart.chartArea.bottom) / 2;
    chart.tooltip?.setActiveElements(active, { x: scale.getPixelForValue(this.#cursor), y });
    chart.update('none');
  }

  #setRange(): void {
    const scale = this.#chart.scales['x'];
    if (!scale) return;
    const limits = this.#limits();
    const whole = scale.min <= limits.min && scale.max >= limits.max;
    this.#range = { from: scale.min, to: scale.max };
    if (whole) {
      this.resetZoom();
      return;
    }
    this.#events.onRange(this.#range);
    this.#redraw();
  }

  #redraw(): void {
    this.#due = true;
    if (this.#frame !== 0 || !this.#visible) return;
    this.#frame = requestAnimationFrame(() => {
      this.#frame = 0;
      this.#due = false;
      this.#draw();
    });
  }

  #draw(): void {
    const chart = this.#chart;
    if (this.#optionsStale) this.#replaceOptions();
    this.#optionsStale = false;
    this.#followData();
    chart.data.datasets = this.#datasets();
    chart.update('none');
    if (this.#cursor !== null) this.#showCursor();
  }

  /** Made anew, for they are many; what is zoomed to lives in them and has to be carried over. */
  #replaceOptions(): void {
    const { options } = this.#configuration();
    const x = options?.scales?.['x'];
    if (!options || !x) return;
    if (this.#range) Object.assign(x, { min: this.#range.from, max: this.#range.to });
    this.#chart.options = options;
  }

  /** What of the options depends on the values, changed in place: to replace all of them at each redraw is dear. */
  #followData(): void {
    const { scales, plugins } = this.#chart.options;
    const { best, bounds, logarithmic } = this.#view;
    if (plugins?.marker) Object.assign(plugins.marker, { x: best?.x ?? null, label: best?.label ?? '' });
    if (plugins?.zoom?.limits?.['x']) Object.assign(plugins.zoom.limits['x'], this.#limits());
    if (scales?.['y'] && bounds && !logarithmic) Object.assign(scales['y'], this.#boundedGrace(bounds));
  }

  #limits(): { min: number; max: number } {
    const ends = this.#view.lines.flatMap(({ x }) => [x[0] ?? NaN, x.at(-1) ?? NaN]).filter(Number.isFinite);
    return ends.length === 0 ? { min: 0, max: 1 } : { min: Math.min(...ends), max: Math.max(...ends) };
  }

  #datasets(): Line[] {
    const { lines, smoothing } = this.#view;
    const width = Math.max(200, this.#chart.width);
    return lines.flatMap((line): Line[] => {
      const drawn = drawnLine(line, smoothing, this.#range, width);
      const colour = this.#colours[line.role];
      const base = { label: line.label, pointRadius: 0, pointHitRadius: 0, borderColor: colour } as const;
      const raw: Line[] = drawn.raw
        ? [{ ...base, data: points(drawn.raw), order: 3, borderWidth: 1, borderColor: faint(colour) }]
        : [];
      const marks: Line[] =
        drawn.marks.x.length > 0
          ? [
              {
                ...base,
                data: points(drawn.marks),
                order: 2,
                showLine: false,
                pointRadius: 2.5,
                pointBackgroundColor: colour,
                borderWidth: 0,
              },
            ]
          : [];
      return [...raw, { ...base, data: points(drawn.main), order: READ_ORDER, borderWidth: 2 }, ...marks];
    });
  }

  #configuration(): ChartConfiguration<'line', Point[]> {
    const { logarithmic, axisTitle, valueTitle, formatValue, best, bounds } = this.#view;
    const { muted, text, grid, raised, selection, train, validation, fontFamily } = this.#colours;
    const font = { family: fontFamily, size: 11 };
    const title = (words: string): object => ({ display: true, text: words, color: muted, font });
    return {
      type: 'line',
      data: { datasets: [] },
      options: {
        animation: false,
        responsive: true,
        maintainAspectRatio: false,
        parsing: false,
        normalized: true,
        layout: { padding: { top: 8, right: 8 } },
        interaction: { mode: 'atX', intersect: false },
        elements: { line: { tension: 0 } },
        scales: {
          x: {
            type: 'linear',
            title: title(axisTitle),
            ticks: { color: muted, font, maxRotation: 0, precision: 0, autoSkipPadding: 16 },
            grid: { display: false },
            border: { color: grid },
          },
          y: {
            type: logarithmic ? 'logarithmic' : 'linear',
            title: title(valueTitle),
            ticks: {
              color: muted,
              font,
              maxTicksLimit: 7,
              callback: (value) => formatValue(Number(value)),
            },
            grid: { color: grid },
            border: { display: false },
            ...(bounds && !logarithmic ? this.#boundedGrace(bounds) : { grace: '4%' }),
          },
        },
        plugins: {
          marker: { x: best?.x ?? null, label: best?.label ?? '', colour: validation, textColour: text },
          tooltip: {
            animation: false,
            backgroundColor: raised,
            borderColor: grid,
            borderWidth: 1,
            titleColor: text,
            bodyColor: text,
            titleFont: { ...font, weight: 'bold' },
            bodyFont: font,
            displayColors: true,
            usePointStyle: false,
            boxWidth: 8,
            boxHeight: 2,
            callbacks: {
              title: (items) => this.#view.formatPosition(this.#readX(items)),
              label: (item) => this.#label(item),
            },
          },
          zoom: {
            limits: { x: { ...this.#limits(), minRange: 1 } },
            pan: { enabled: true, mode: 'x', modifierKey: 'shift', onPanComplete: () => this.#setRange() },
            zoom: {
              mode: 'x',
              wheel: { enabled: true, modifierKey: 'ctrl' },
              drag: { enabled: true, backgroundColor: selection, borderColor: train, borderWidth: 1, threshold: 4 },
              onZoomComplete: () => this.#setRange(),
            },
          },
        },
      },
    };
  }

  /** A little room beyond the lines, but none beyond what a value can be. */
  #boundedGrace(bounds: { readonly min: number; readonly max: number }): object {
    let low = Infinity;
    let high = -Infinity;
    for (const { y } of this.#view.lines) {
      for (const value of y) {
        if (value < low) low = value;
        if (value > high) high = value;
      }
    }
    if (low > high) return bounds;
    const room = Math.max((high - low) * 0.04, 0.005);
    return { suggestedMin: Math.max(bounds.min, low - room), suggestedMax: Math.min(bounds.max, high + room) };
  }

  #readX(items: readonly TooltipItem<'line'>[]): number {
    return this.#cursor ?? items[0]?.parsed.x ?? NaN;
  }

  #label(item: TooltipItem<'line'>): string[] {
    const line = this.#view.lines.find(({ label }) => label === item.dataset.label);
    if (!line) return [];
    const title = this.#chart.tooltip?.dataPoints[0]?.parsed.x ?? item.parsed.x ?? NaN;
    return this.#readLine(line, this.#view.smoothing, this.#cursor ?? title);
  }
}

function xsOf(line: ChartDataset<'line', Point[]>): number[] {
  return line.data.map(({ x }) => x ?? NaN);
}

function points(curve: Curve): Point[] {
  return curve.x.map((x, index) => ({ x, y: curve.y[index] ?? NaN }));
}
