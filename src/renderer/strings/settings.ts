import { bytes } from './format.ts';

/** Words of the Settings view and of About. */
export const settings = {
  title: 'Settings',
  theme: 'Appearance',
  themes: { system: 'System', dark: 'Dark', light: 'Light' },
  resetPanes: 'Put the panes back to their usual widths',
  reset: 'Reset',
  data: {
    title: 'Data',
    home: 'Runs and their log',
    free: (size: number) => `${bytes(size)} free on this disk`,
    caches: 'Caches',
    cacheHint: 'What can be computed again: features and decoded images.',
    limit: 'Features and decoded images take at most, each',
    atMost: (limit: number) => `of ${bytes(limit)}`,
    clear: 'Clear',
    cleared: (size: number) => `${bytes(size)} freed`,
    loading: 'Looking…',
  },
  about: {
    title: 'About Thaw',
    version: (version: string) => `Thaw ${version}`,
    electron: (version: string) => `Electron ${version}`,
    browser: 'in a browser',
    lead: 'Transfer learning on images, on this machine alone. Nothing is sent anywhere.',
    checks: 'This machine',
    mend: (command: string) => `Run: ${command}`,
    ok: 'found',
    missing: 'missing',
    copy: 'Copy',
    thirdParty: 'Third-party notices',
    closeThirdParty: 'Close',
  },
} as const;
