import { app, session, type BrowserWindow } from 'electron';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { STAND_IN_MARK } from '../engine/service/electron-runtime.ts';
import type { RecentDataset } from '../shared/contract/dataset-view.ts';
import { FILE_CHOICE_KINDS, type HostInformation } from '../shared/contract/bridge.ts';
import { events, type EventName } from '../shared/contract/endpoint.ts';
import type { Outcome } from '../shared/contract/wire.ts';
import { ThawError } from '../shared/errors/thaw-error.ts';
import { WINDOW_ORIGIN } from '../shared/window/desktop-ipc.ts';
import { chooseFiles, chooseFolder, grantPaths } from './choose.ts';
import { askToClose } from './close-question.ts';
import { Engine } from './engine.ts';
import { answerWindow, tellWindow } from './ipc-main.ts';
import { setMenu } from './menu.ts';
import { readVersion, type Places } from './places.ts';
import { showRunFolder } from './show-run-folder.ts';
import { systemSigns } from './system-signs.ts';
import { TrainingWatch } from './training-watch.ts';
import { serveWindowFiles } from './window-files.ts';
import { secureSession } from './window-security.ts';
import { openWindow } from './window.ts';

/** The desktop program: one window, one engine, and what the system is told of both. */
export class Desktop {
  readonly #places: Places;
  readonly #origin: string;
  readonly #engine: Engine;
  readonly #training: TrainingWatch;
  #window: BrowserWindow | null = null;
  #recent: readonly RecentDataset[] = [];
  /** Closing was agreed to, or asked for by who need not be asked. */
  #leaving = false;

  constructor(places: Places) {
    this.#places = places;
    // Set by the development server alone.
    this.#origin = process.env['ELECTRON_RENDERER_URL']?.replace(/\/$/, '') ?? WINDOW_ORIGIN;
    this.#engine = new Engine(places);
    this.#training = new TrainingWatch(
      this.#engine.transport,
      systemSigns(() => this.#window),
    );
  }

  /** The engine needs no window, so it starts while Electron does. */
  begin(): void {
    this.#engine.begin();
    this.#engine.transport.onConnection((state) => {
      if (state === 'lost') this.#training.forget();
      this.#refreshMenu();
      // Grants are the engine's: those of the one before lead nowhere.
      if (state !== 'lost') void this.#readRecent();
      tellWindow(this.#window?.webContents, 'connection', state);
    });
    for (const name of Object.keys(events) as EventName[]) {
      this.#engine.transport.subscribe(name, (event) => {
        tellWindow(this.#window?.webContents, 'event', name, event);
        if (name === 'run' && 'body' in event && event.body.kind === 'status') this.#refreshMenu();
      });
    }
  }

  /** Once Electron is ready. */
  open(): void {
    secureSession(session.defaultSession, this.#origin);
    serveWindowFiles(session.defaultSession, path.join(this.#places.root, 'out/renderer'));
    this.#answer();
    const window = openWindow({ places: this.#places, information: this.#information(), origin: this.#origin });
    this.#window = window;
    // A page that is loaded while the engine is away has missed that it went.
    window.webContents.on('did-finish-load', () => {
      if (this.#engine.transport.lost) tellWindow(window.webContents, 'connection', 'lost');
    });
    this.#refreshMenu();
    void this.#readRecent();
    window.on('close', (event) => {
      if (this.#leaving || this.#training.active === null) return;
      event.preventDefault();
      void askToClose(window).then((agreed) => {
        if (!agreed) return;
        this.#leaving = true;
        window.close();
      });
    });
    window.on('closed', () => (this.#window = null));
  }

  /** A second start shows the first. */
  show(): void {
    const window = this.#window;
    if (!window) return;
    if (window.isMinimized()) window.restore();
    window.show();
    window.focus();
  }

  /** Ends everything without asking; checkpoints are kept. */
  async leave(): Promise<void> {
    this.#leaving = true;
    this.#window?.close();
    await this.#engine.end();
  }

  #information(): HostInformation {
    return {
      kind: 'desktop',
      thaw: readVersion(this.#places.root),
      electron: process.versions.electron,
      standIn: existsSync(path.join(path.dirname(app.getPath('exe')), STAND_IN_MARK)),
      platform: process.platform,
    };
  }

  /** The list is a convenience: one that cannot be read stays as it was. */
  async #readRecent(): Promise<void> {
    try {
      this.#recent = await this.#engine.transport.invoke('dataset.recent', {});
    } catch {
      return;
    }
    this.#refreshMenu();
  }

  #refreshMenu(): void {
    setMenu({ training: this.#training.active !== null, recent: this.#recent }, (command) =>
      tellWindow(this.#window?.webContents, 'menu', command),
    );
  }

  #answer(): void {
    const grant = (file: string): Promise<Outcome> => this.#engine.grant(file);
    const inWindow = (choose: (window: BrowserWindow) => Promise<Outcome>): Promise<Outcome> => {
      if (!this.#window) throw new ThawError('file.notGranted', 'A dialog needs a window, but it has closed.', '');
      return choose(this.#window);
    };
    answerWindow(
      {
        invoke: async (name, request) => {
          const response = await this.#engine.transport.invoke(name, request as never);
          if (name === 'dataset.open') void this.#readRecent();
          return { kind: 'answer', response };
        },
        chooseFolder: () => inWindow((window) => chooseFolder(window, grant)),
        chooseFiles: (kind) =>
          inWindow((window) =>
            chooseFiles(window, FILE_CHOICE_KINDS.find((known) => known === kind) ?? 'images', grant),
          ),
        grantPaths: (paths) => grantPaths(paths, grant),
        showRunFolder: (runId) => showRunFolder(this.#engine.transport, runId),
      },
      ({ senderFrame, sender }) =>
        sender === this.#window?.webContents &&
        senderFrame === sender.mainFrame &&
        senderFrame.url.startsWith(`${this.#origin}/`),
    );
  }
}
