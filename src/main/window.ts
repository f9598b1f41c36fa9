import { BrowserWindow, nativeTheme, screen } from 'electron';
import path from 'node:path';
import type { HostInformation } from '../shared/contract/bridge.ts';
import { INFORMATION_ARGUMENT } from '../shared/window/desktop-ipc.ts';
import type { Places } from './places.ts';
import { strings } from './strings.ts';
import { LEAST_SIZE, readPlace, rememberPlace } from './window-place.ts';
import { secureContents } from './window-security.ts';

/** The window's own surface colours, so that nothing flashes before it has painted. */
const BACKGROUND = { dark: '#10151d', light: '#f6f8fb' } as const;
/** A page that keeps crashing is not loaded for ever. */
const MOST_RELOADS = 3;

export interface WindowOptions {
  readonly places: Places;
  readonly information: HostInformation;
  /** Where the window's page comes from. */
  readonly origin: string;
}

/** Opens the window where it stood last; its page has no Node, a world of its own, and a sandbox. */
export function openWindow({ places, information, origin }: WindowOptions): BrowserWindow {
  const { bounds, width, height, maximized } = readPlace(
    places.home,
    screen.getAllDisplays().map(({ workArea }) => workArea),
  );
  const window = new BrowserWindow({
    title: strings.product,
    ...(bounds ?? { width, height, center: true }),
    minWidth: LEAST_SIZE.width,
    minHeight: LEAST_SIZE.height,
    show: false,
    backgroundColor: nativeTheme.shouldUseDarkColors ? BACKGROUND.dark : BACKGROUND.light,
    webPreferences: {
      preload: path.join(places.root, 'out/preload/preload.cjs'),
      contextIsolation: true,
      sandbox: true,
      nodeIntegration: false,
      nodeIntegrationInWorker: false,
      webviewTag: false,
      webSecurity: true,
      spellcheck: false,
      additionalArguments: [`${INFORMATION_ARGUMENT}${JSON.stringify(information)}`],
    },
  });
  secureContents(window.webContents, origin);
  if (maximized) window.maximize();
  window.once('ready-to-show', () => window.show());
  const remember = (): void => rememberPlace(places.home, window.getNormalBounds(), window.isMaximized());
  window.on('close', remember);
  let reloads = 0;
  window.webContents.on('render-process-gone', (_event, { reason }) => {
    reloads += 1;
    if (reason !== 'clean-exit' && reloads <= MOST_RELOADS) window.webContents.reload();
  });
  void window.loadURL(`${origin}/`);
  return window;
}
