import { readFileSync, renameSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import {
  DEFAULT_CACHE_LIMIT_BYTES,
  settings as settingsSchema,
  SETTINGS_SCHEMA_VERSION,
  type Settings,
  type SettingsChange,
} from '../../shared/contract/settings.ts';
import { explainDiskError, ThawError } from '../../shared/errors/thaw-error.ts';
import { writeAside } from './write-aside.ts';

const DEFAULTS: Settings = {
  schemaVersion: SETTINGS_SCHEMA_VERSION,
  theme: 'system',
  panes: {},
  smoothing: 0.6,
  cacheLimitBytes: DEFAULT_CACHE_LIMIT_BYTES,
};

/** No window has more panes; more than this was not written by one. */
const LARGEST_BYTES = 2 ** 20;

const versioned = z.looseObject({ schemaVersion: z.int() });

/** How Thaw is liked, in `THAW_HOME/settings.json`. */
export class SettingsFile {
  readonly #path: string;
  /** What a person should know of the file, until it is written again. */
  #warning: string | null = null;

  constructor(home: string) {
    this.#path = path.join(home, 'settings.json');
  }

  /**
   * Settings that cannot be read are set aside, and the defaults hold; `warning` says so.
   *
   * @throws ThawError `log.newer` for settings of a newer Thaw: they are left as they are; `disk.readOnly`
   */
  read(): { readonly settings: Settings; readonly warning: string | null } {
    const text = this.#text();
    if (text === null) return { settings: DEFAULTS, warning: this.#warning };
    const found = parseJson(text);
    const version = versioned.safeParse(found);
    if (version.success && version.data.schemaVersion > SETTINGS_SCHEMA_VERSION) {
      throw new ThawError(
        'log.newer',
        `This Thaw reads settings up to version ${SETTINGS_SCHEMA_VERSION}; received version ${version.data.schemaVersion}, written by a newer Thaw: '${this.#path}'.`,
        'Use that newer Thaw, or move the file away: Thaw then begins with its defaults.',
      );
    }
    const parsed = settingsSchema.safeParse(found);
    if (parsed.success) return { settings: parsed.data, warning: this.#warning };
    this.#setAside();
    return { settings: DEFAULTS, warning: this.#warning };
  }

  /**
   * Changes what is given; panes are changed one by one.
   *
   * @throws ThawError `log.newer`, `disk.full`, `disk.readOnly`
   */
  write(change: SettingsChange): Settings {
    const { settings } = this.read();
    const changed: Settings = { ...settings, ...withoutGaps(change), panes: { ...settings.panes, ...change.panes } };
    try {
      writeAside(this.#path, `${JSON.stringify(changed, null, 2)}\n`);
    } catch (error) {
      throw explainDiskError(error, 'keep the settings');
    }
    this.#warning = null;
    return changed;
  }

  /** null where there is no file; '' for one that is no settings file by its size. */
  #text(): string | null {
    try {
      const content = readFileSync(this.#path);
      return content.length > LARGEST_BYTES ? '' : content.toString('utf8');
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
      throw explainDiskError(error, 'read the settings');
    }
  }

  #setAside(): void {
    const aside = `${this.#path}.damaged`;
    try {
      renameSync(this.#path, aside);
    } catch (error) {
      throw explainDiskError(error, 'set the damaged settings aside');
    }
    this.#warning = `The settings could not be read and were set aside as '${aside}'; the defaults are used.`;
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** A field that is there without a value changes nothing. */
function withoutGaps(change: SettingsChange): Partial<Settings> {
  return Object.fromEntries(Object.entries(change).filter(([, value]) => value !== undefined));
}
