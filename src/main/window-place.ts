import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';

/** In the screen's own pixels, independent of its density. */
export interface Rectangle {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** Where a window stands; without a place the system chooses one. */
export interface WindowPlace {
  readonly bounds: Rectangle | null;
  readonly width: number;
  readonly height: number;
  readonly maximized: boolean;
}

const SCHEMA_VERSION = 1;
export const LEAST_SIZE = { width: 720, height: 480 } as const;
const FIRST: WindowPlace = { bounds: null, width: 1440, height: 900, maximized: false };
/** So much of a window must be seen for it to be found and moved. */
const LEAST_SEEN = 120;

function overlap(a: Rectangle, b: Rectangle): { readonly width: number; readonly height: number } {
  return {
    width: Math.min(a.x + a.width, b.x + b.width) - Math.max(a.x, b.x),
    height: Math.min(a.y + a.height, b.y + b.height) - Math.max(a.y, b.y),
  };
}

function readRectangle(value: unknown): Rectangle | null {
  if (typeof value !== 'object' || value === null) return null;
  const { x, y, width, height } = value as Record<keyof Rectangle, unknown>;
  const numbers = [x, y, width, height];
  if (!numbers.every((number) => Number.isSafeInteger(number) && Math.abs(number as number) < 100_000)) return null;
  return { x, y, width, height } as Rectangle;
}

/**
 * Makes a remembered place fit the screens that are there now: one that was unplugged must not hide the window.
 *
 * @param workAreas of every screen, the first one first
 */
export function fitPlace(
  remembered: Rectangle | null,
  maximized: boolean,
  workAreas: readonly Rectangle[],
): WindowPlace {
  const [main] = workAreas;
  const most = { width: main?.width ?? FIRST.width, height: main?.height ?? FIRST.height };
  const width = Math.max(LEAST_SIZE.width, Math.min(remembered?.width ?? FIRST.width, most.width));
  const height = Math.max(LEAST_SIZE.height, Math.min(remembered?.height ?? FIRST.height, most.height));
  const seen = remembered
    ? workAreas.some((area) => {
        const { width: across, height: down } = overlap(area, remembered);
        return across >= LEAST_SEEN && down >= LEAST_SEEN;
      })
    : false;
  return { bounds: remembered && seen ? { ...remembered } : null, width, height, maximized };
}

function placeFile(home: string): string {
  return path.join(home, 'desktop', 'window.json');
}

/** What was remembered; a file that cannot be understood counts as none. */
export function readPlace(home: string, workAreas: readonly Rectangle[]): WindowPlace {
  try {
    const { schemaVersion, bounds, maximized } = JSON.parse(readFileSync(placeFile(home), 'utf8')) as {
      readonly [key: string]: unknown;
    };
    if (schemaVersion === SCHEMA_VERSION) return fitPlace(readRectangle(bounds), maximized === true, workAreas);
  } catch {
    // There is none yet, or none that can be read.
  }
  return fitPlace(null, false, workAreas);
}

/** Remembers a place; where it cannot be written the window does without. */
export function rememberPlace(home: string, bounds: Rectangle, maximized: boolean): void {
  const file = placeFile(home);
  try {
    mkdirSync(path.dirname(file), { recursive: true, mode: 0o700 });
    writeFileSync(`${file}.part`, `${JSON.stringify({ schemaVersion: SCHEMA_VERSION, bounds, maximized })}\n`);
    renameSync(`${file}.part`, file);
  } catch {
    // A full disk is told where it matters.
  }
}
