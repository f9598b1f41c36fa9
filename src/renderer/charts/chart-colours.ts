import { color } from 'chart.js/helpers';
import { MARK_COLOURS, markOf } from '../state/class-marks.ts';
import type { ChartLine } from './chart-line.ts';

/** What a canvas cannot take from the style sheet by itself. */
export interface ChartColours {
  readonly train: string;
  readonly validation: string;
  readonly rate: string;
  /** Of runs that are drawn in one chart, by the number of `markOf`. */
  readonly marks: readonly string[];
  readonly text: string;
  readonly muted: string;
  readonly grid: string;
  readonly surface: string;
  readonly raised: string;
  readonly selection: string;
  readonly fontFamily: string;
}

const RAW_OPACITY = 0.35;
const SELECTION_OPACITY = 0.12;

/** Reads the tokens as they are in force at an element: of its theme, or forced by the system. */
export function readColours(element: Element): ChartColours {
  const style = getComputedStyle(element);
  const token = (name: string): string => style.getPropertyValue(name).trim();
  // A canvas keeps its own colours where the system forces everything else into a few.
  const forced = matchMedia('(forced-colors: active)').matches;
  const text = forced ? style.color : token('--text');
  return {
    train: forced ? style.color : token('--train'),
    validation: forced ? style.color : token('--validation'),
    rate: text,
    marks: Array.from({ length: MARK_COLOURS }, (_, mark) => (forced ? style.color : token(`--mark-${mark}`))),
    text,
    muted: forced ? style.color : token('--muted'),
    grid: token('--line'),
    surface: forced ? style.backgroundColor : token('--panel'),
    raised: token('--raised'),
    selection: color(token('--train')).alpha(SELECTION_OPACITY).rgbString(),
    fontFamily: style.fontFamily,
  };
}

/** What a line is drawn in. */
export function colourOf({ role, mark }: Pick<ChartLine, 'role' | 'mark'>, colours: ChartColours): string {
  return mark === undefined ? colours[role] : (colours.marks[markOf(mark).colour] ?? colours.text);
}

/** The same hue, faint: the values themselves behind their smoothed line. */
export function faint(colour: string): string {
  return color(colour).alpha(RAW_OPACITY).rgbString();
}

/** Calls when the theme changes, by the window's own setting or by the system's. @returns the function that ends it */
export function onThemeChange(listener: () => void): () => void {
  const observer = new MutationObserver(listener);
  observer.observe(document.documentElement, { attributes: true, attributeFilter: ['data-theme'] });
  const forced = matchMedia('(forced-colors: active)');
  forced.addEventListener('change', listener);
  return () => {
    observer.disconnect();
    forced.removeEventListener('change', listener);
  };
}
