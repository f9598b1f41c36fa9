import type { ChartOptions, TooltipItem } from 'chart.js';
import type { ChartColours } from './chart-colours.ts';
import { boundedRoom, extent, type ChartView } from './chart-view.ts';
import { readLine } from './read-line.ts';

export interface OptionHandlers {
  /** The view in force when it is asked for. */
  readonly view: () => ChartView;
  /** Where the reading mark of the keyboard stands; null where a pointer reads. */
  readonly cursor: () => number | null;
  readonly onRange: () => void;
}

const LOW_PIXELS = 150;
const TOP_PADDING = 8;
/** Room for what the parts of the run are called. */
const PARTS_PADDING = 22;

/** How Chart.js is to draw a view. @param height of the canvas, in CSS pixels */
export function chartOptions(colours: ChartColours, height: number, handlers: OptionHandlers): ChartOptions<'line'> {
  const view = handlers.view();
  const { logarithmic, axisTitle, valueTitle, formatTick, best, parts, level, lines } = view;
  const { muted, text, grid, raised, selection, train, validation, fontFamily } = colours;
  const font = { family: fontFamily, size: 11 };
  const title = (words: string): object => ({ display: true, text: words, color: muted, font, padding: 2 });
  const positionOf = (read: TooltipItem<'line'> | undefined): number => handlers.cursor() ?? read?.parsed.x ?? NaN;
  return {
    animation: false,
    responsive: true,
    maintainAspectRatio: false,
    parsing: false,
    normalized: true,
    layout: { padding: { top: parts.length === 0 ? TOP_PADDING : PARTS_PADDING, right: 8 } },
    interaction: { mode: 'atX', intersect: false },
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
          maxTicksLimit: height < LOW_PIXELS ? 3 : 7,
          callback: (value) => formatTick(Number(value)),
        },
        grid: { color: grid },
        border: { display: false },
        ...(logarithmic ? {} : boundedRoom(view)),
      },
    },
    plugins: {
      marker: {
        x: best?.x ?? null,
        label: best?.label ?? '',
        parts,
        level,
        colour: validation,
        textColour: text,
        partColour: muted,
      },
      tooltip: {
        animation: false,
        backgroundColor: raised,
        borderColor: grid,
        borderWidth: 1,
        titleColor: text,
        bodyColor: text,
        titleFont: { ...font, weight: 'bold' },
        bodyFont: font,
        boxWidth: 10,
        boxHeight: 2,
        boxPadding: 6,
        callbacks: {
          title: (items) => handlers.view().formatPosition(positionOf(items[0])),
          label: (item) => {
            const shown = handlers.view();
            const line = shown.lines.find(({ label }) => label === item.dataset.label);
            // The title's position is the first line's; all others are read there too.
            const [first = item] = (item.chart.tooltip?.dataPoints ?? []) as TooltipItem<'line'>[];
            return line ? readLine(line, shown, positionOf(first)) : [];
          },
        },
      },
      zoom: {
        limits: { x: { ...extent(lines), minRange: 1 } },
        pan: { enabled: true, mode: 'x', modifierKey: 'shift', onPanComplete: handlers.onRange },
        zoom: {
          mode: 'x',
          wheel: { enabled: true, modifierKey: 'ctrl' },
          drag: { enabled: true, backgroundColor: selection, borderColor: train, borderWidth: 1, threshold: 4 },
          onZoomComplete: handlers.onRange,
        },
      },
    },
  };
}
