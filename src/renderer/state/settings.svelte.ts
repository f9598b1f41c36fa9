import type { Transport } from '../../shared/contract/endpoint.ts';
import type { Settings, SettingsChange, ShownColumn } from '../../shared/contract/settings.ts';

export type Theme = Settings['theme'];

/** Dragging a pane or a slider changes a setting many times: the last value is what is kept. */
const WRITE_DELAY_MILLISECONDS = 400;

/** How the window is liked; kept by the engine for all windows, applied here at once. */
export class SettingsController {
  theme = $state<Theme>('system');
  panes = $state.raw<Readonly<Record<string, number>>>({});
  smoothing = $state(0.6);
  /** Predictions less sure than this are marked; 0 marks none. */
  unsureBelow = $state(0);
  /** Null for those that are shown at first. */
  runColumns = $state.raw<readonly ShownColumn[] | null>(null);
  readonly #transport: Transport;
  readonly #onFailure: (error: unknown) => void;
  #pending: SettingsChange = {};
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(transport: Transport, onFailure: (error: unknown) => void) {
    this.#transport = transport;
    this.#onFailure = onFailure;
  }

  /** @returns what a person should know of the settings' file, if anything */
  async load(): Promise<string | null> {
    const found = await this.#transport.invoke('settings.read', {});
    this.theme = found.theme;
    this.panes = { ...found.panes, ...this.panes };
    this.smoothing = found.smoothing;
    this.unsureBelow = found.unsureBelow ?? 0;
    this.runColumns = found.runColumns ?? null;
    return found.warning;
  }

  setTheme(theme: Theme): void {
    this.theme = theme;
    this.#keep({ theme });
  }

  /** @param share of the exponential mean, in [0, 1) */
  setSmoothing(share: number): void {
    this.smoothing = share;
    this.#keep({ smoothing: share });
  }

  /** @param share of 1, in [0, 1] */
  setUnsureBelow(share: number): void {
    this.unsureBelow = share;
    this.#keep({ unsureBelow: share });
  }

  /** @param size in CSS pixels */
  setPane(name: string, size: number): void {
    this.panes = { ...this.panes, [name]: Math.round(size) };
    this.#keep({ panes: { ...this.panes } });
  }

  setRunColumns(columns: readonly ShownColumn[]): void {
    this.runColumns = columns;
    this.#keep({ runColumns: [...columns] });
  }

  resetPanes(): void {
    this.panes = {};
    this.#keep({ panes: {} });
  }

  #keep(change: SettingsChange): void {
    this.#pending = { ...this.#pending, ...change };
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#write(), WRITE_DELAY_MILLISECONDS);
  }

  async #write(): Promise<void> {
    const change = this.#pending;
    this.#pending = {};
    try {
      await this.#transport.invoke('settings.write', change);
    } catch (error) {
      this.#onFailure(error);
    }
  }
}
