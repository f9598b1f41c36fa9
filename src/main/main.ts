/** Electron's main process: it owns the window and the engine's process, and does no work of its own. */
import { app, dialog } from 'electron';
import path from 'node:path';
import { inspect } from 'node:util';
import { writeLocal } from '../engine/service/local-log.ts';
import { Desktop } from './desktop.ts';
import { readPlaces, type Places } from './places.ts';
import { strings } from './strings.ts';
import { announceWindowScheme } from './window-files.ts';
import { quietChromium } from './window-security.ts';

function findPlaces(): Places | null {
  try {
    return readPlaces(app.getAppPath(), process.env);
  } catch (error) {
    dialog.showErrorBox(strings.cannotStart, error instanceof Error ? error.message : String(error));
    return null;
  }
}

function run(places: Places): void {
  // Chromium keeps a profile; its lock is what makes a second start of one workspace meet the first.
  app.setPath('userData', path.join(places.home, 'desktop'));
  app.setPath('sessionData', path.join(places.cache, 'desktop'));
  if (!app.requestSingleInstanceLock()) {
    app.quit();
    return;
  }
  // Electron goes on to show it.
  process.on('uncaughtExceptionMonitor', (error) => writeLocal(places.home, 'error', `window\n${inspect(error)}`));
  quietChromium();
  announceWindowScheme();
  const desktop = new Desktop(places);
  desktop.begin();
  app.on('second-instance', () => desktop.show());
  app.on('window-all-closed', () => app.quit());
  let left = false;
  app.on('will-quit', (event) => {
    if (left) return;
    event.preventDefault();
    void desktop.leave().then(() => {
      left = true;
      app.quit();
    });
  });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => void desktop.leave().then(() => app.quit()));
  }
  void app.whenReady().then(() => desktop.open());
}

app.setName(strings.product);
const places = findPlaces();
if (places) run(places);
else app.exit(1);
