import { Chart, type ChartOptions, type Point, type ScriptableContext, type TooltipItem } from 'chart.js';
import { onThemeChange, readColours, type ChartColours } from './chart-colours.ts';
import { registerChartParts } from './chart-parts.ts';
import type { PlaneLine, PlaneView } from './plane-view.ts';

registerChartParts();

const FONT_PIXELS = 11;
const MARK_RADIUS = 6;

/** A chart of shares by shares, both from 0 to 1, on a canvas. */
export class PlaneChart {
  readonly #chart: Chart<'line', Point[]>;
  readonly #endTheme: () => void;
  #view: PlaneView;
  #colours: ChartColours;

  constructor(canvas: HTMLCanvasElement, view: PlaneView) {
    this.#view = view;
    this.#colours = readColours(canvas);
    this.#chart = new Chart<'line', Point[]>(canvas, {
      type: 'line',
      data: { datasets: this.#datasets() },
      options: this.#options(),
    });
    this.#endTheme = onThemeChange(() => {
      this.#colours = readColours(canvas);
      this.#chart.options = this.#options();
      this.show(this.#view);
    });
  }

  /** Shows something else. */
  show(view: PlaneView): void {
    this.#view = view;
    this.#chart.data.datasets = this.#datasets();
    this.#chart.update('none');
  }

  destroy(): void {
    this.#endTheme();
    this.#chart.destroy();
  }

  #datasets(): Chart<'line', Point[]>['data']['datasets'] {
    const { lines, mark } = this.#view;
    const drawn = lines.map((line) => this.#lineDataset(line));
    if (mark === null) return drawn;
    const { text, surface } = this.#colours;
    return [
      {
        label: mark.label,
        data: [{ x: mark.x, y: mark.y }],
        order: 0,
        showLine: false,
        pointRadius: MARK_RADIUS,
        pointHoverRadius: MARK_RADIUS,
        pointBackgroundColor: surface,
        pointBorderColor: text,
        pointBorderWidth: 2,
      },
      ...drawn,
    ];
  }

  #lineDataset({ label, role, points, dashed = false }: PlaneLine): Chart<'line', Point[]>['data']['datasets'][number] {
    const colour = this.#colours[role];
    const marked = points.some(({ radius }) => radius !== undefined);
    return {
      label,
      data: points.map(({ x, y }) => ({ x, y })),
      order: role === 'muted' ? 3 : role === 'train' ? 1 : 2,
      borderColor: colour,
      borderWidth: role === 'muted' ? 1 : 2,
      borderDash: dashed ? [4, 4] : [],
      pointStyle: role === 'validation' ? 'triangle' : 'circle',
      pointRadius: marked ? ({ dataIndex }: ScriptableContext<'line'>) => points[dataIndex]?.radius ?? 0 : 0,
      pointHoverRadius: marked ? ({ dataIndex }: ScriptableContext<'line'>) => points[dataIndex]?.radius ?? 0 : 0,
      pointHitRadius: role === 'muted' ? 0 : 8,
      pointBackgroundColor: colour,
      pointBorderColor: this.#colours.surface,
      pointBorderWidth: 1,
    };
  }

  #options(): ChartOptions<'line'> {
    const { muted, text, grid, raised, fontFamily } = this.#colours;
    const font = { family: fontFamily, size: FONT_PIXELS };
    const axis = (words: string): object => ({
      type: 'linear',
      min: 0,
      max: 1,
      title: { display: true, text: words, color: muted, font, padding: 2 },
      ticks: {
        color: muted,
        font,
        stepSize: 0.2,
        maxRotation: 0,
        callback: (value: number) => `${Math.round(value * 100)} %`,
      },
      grid: { color: grid },
      border: { color: grid },
    });
    return {
      animation: false,
      responsive: true,
      maintainAspectRatio: false,
      parsing: false,
      layout: { padding: { top: 8, right: 12 } },
      // What lies at the rim is drawn whole.
      clip: 8,
      interaction: { mode: 'nearest', intersect: false },
      scales: { x: axis(this.#view.xTitle), y: axis(this.#view.yTitle) },
      plugins: {
        marker: { x: null, label: '', parts: [], level: null, colour: muted, textColour: text, partColour: muted },
        tooltip: {
          animation: false,
          backgroundColor: raised,
          borderColor: grid,
          borderWidth: 1,
          titleColor: text,
          bodyColor: text,
          titleFont: { ...font, weight: 'bold' },
          bodyFont: font,
          displayColors: false,
          filter: ({ dataset, dataIndex }) => this.#told(dataset.label ?? '', dataIndex).length > 0,
          callbacks: {
            title: (items) => items[0]?.dataset.label ?? '',
            label: ({ dataset, dataIndex }: TooltipItem<'line'>) => [...this.#told(dataset.label ?? '', dataIndex)],
          },
        },
        zoom: { pan: { enabled: false }, zoom: { wheel: { enabled: false }, drag: { enabled: false } } },
      },
    };
  }

  #told(label: string, index: number): readonly string[] {
    return this.#view.lines.find((line) => line.label === label)?.points[index]?.told ?? [];
  }
}
