import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { _electron, type ElectronApplication, type Page } from 'playwright';
import { afterAll } from 'vitest';
import { scriptContext } from '../../../scripts/setup/electron/context.ts';
import { provideElectron } from '../../../scripts/setup/electron/provide.ts';
import type { DesktopBridge } from '../../../src/shared/contract/bridge.ts';
import { buildWindow, projectRoot } from './build.ts';
import { provideDisplay } from './display.ts';
import { look, type Needed } from './needed.ts';
import { rootArguments } from './programs.ts';

declare global {
  interface Window {
    readonly thaw?: DesktopBridge;
  }
}

/** What the real desktop program needs here. */
export interface DesktopPlace {
  readonly executable: string;
  readonly display: string;
}

export interface Desktop {
  readonly app: ElectronApplication;
  readonly page: Page;
  /** THAW_HOME */
  readonly home: string;
  /** Ends it as a person would who closes its window; a question it asks then is not answered. */
  readonly close: () => Promise<void>;
}

/** Electron, fetched if need be, and a display; to be awaited at the top of a test file. */
export function findDesktop(): Promise<Needed<DesktopPlace>> {
  return look(async () => {
    const display = await provideDisplay();
    const { executable } = await provideElectron(scriptContext());
    await buildWindow();
    return { executable, display };
  });
}

/** The environment of a desktop with a workspace of its own. */
export function desktopEnvironment({ display }: DesktopPlace, home: string): Record<string, string> {
  const cache = path.join(home, '../cache');
  for (const folder of [home, cache]) mkdirSync(folder, { recursive: true });
  const inherited = Object.entries(process.env).filter(
    (entry): entry is [string, string] =>
      entry[1] !== undefined && !/^(VITEST|NODE_OPTIONS|ELECTRON_|DBUS_|WAYLAND_)/.test(entry[0]),
  );
  return { ...Object.fromEntries(inherited), DISPLAY: display, THAW_HOME: home, THAW_CACHE: cache };
}

/** Starts the desktop as `npm start` does. @param home its workspace, made where it is missing */
export async function launchDesktop(place: DesktopPlace, home: string): Promise<Desktop> {
  const app = await _electron.launch({
    executablePath: place.executable,
    args: [...rootArguments, projectRoot],
    env: desktopEnvironment(place, home),
  });
  afterAll(() => void app.process().kill('SIGKILL'));
  const page = await app.firstWindow();
  await page.waitForLoadState('domcontentloaded');
  return { app, page, home, close: () => app.close() };
}
