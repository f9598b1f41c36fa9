import { mkdirSync } from 'node:fs';
import path from 'node:path';
import type { Page } from 'playwright';
import { projectRoot } from './build.ts';

/** Kept by continuous integration, ignored by git. */
const FOLDER = path.join(projectRoot, 'artifacts', 'screenshots');

/** Takes the window as it is now, in both themes: `artifacts/screenshots/NAME-dark.png` and `NAME-light.png`. */
export async function takeScreenshots(page: Page, name: string): Promise<void> {
  mkdirSync(FOLDER, { recursive: true });
  for (const colorScheme of ['dark', 'light'] as const) {
    await page.emulateMedia({ colorScheme });
    await page.screenshot({ path: path.join(FOLDER, `${name}-${colorScheme}.png`), animations: 'disabled' });
  }
  await page.emulateMedia({ colorScheme: null });
}
