import { chromium, type Browser, type Page } from 'playwright';
import { afterAll, vi } from 'vitest';
import { startThaw, type RunningCommand } from '../thaw-command.ts';
import { buildWindow } from './build.ts';
import { look, type Needed } from './needed.ts';
import { findChromium, rootArguments } from './programs.ts';

/** What the workbench in a browser needs here. */
export interface WebPlace {
  readonly chromium: string;
}

export interface Web {
  readonly server: RunningCommand;
  /** As printed, with its token. */
  readonly address: string;
  readonly browser: Browser;
  readonly page: Page;
}

// Before all tests nothing can be said of what follows them, unless a file says it as it is read.
const browsers = new Set<Browser>();
afterAll(async () => {
  for (const browser of browsers) await browser.close();
});

/** Chromium and the built window; to be awaited at the top of a test file. */
export function findWeb(): Promise<Needed<WebPlace>> {
  return look(async () => {
    const place = { chromium: findChromium() };
    await buildWindow();
    return place;
  });
}

/** Starts `thaw serve`. @returns it with the address that it printed */
export async function startServing(
  home: string,
  ...parameters: readonly string[]
): Promise<Pick<Web, 'server' | 'address'>> {
  const server = startThaw(['serve', ...parameters], { home });
  let printed = '';
  server.child.stdout?.on('data', (chunk: string) => (printed += chunk));
  const find = (): string | undefined => /http:\/\/\S+/.exec(printed)?.[0];
  const address = await vi.waitUntil(find, { timeout: 60_000, interval: 100 });
  return { server, address };
}

/** Starts `thaw serve` in a workspace of its own and opens it in a real browser. */
export async function launchWeb(place: WebPlace, home: string, ...parameters: readonly string[]): Promise<Web> {
  const serving = await startServing(home, ...parameters);
  const browser = await chromium.launch({ executablePath: place.chromium, args: [...rootArguments] });
  browsers.add(browser);
  const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
  await page.goto(serving.address);
  return { ...serving, browser, page };
}
