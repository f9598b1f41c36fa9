import type { Page } from 'playwright';

/** Where in the window files are held and let go, where nobody says it. */
const PLACE = { x: 640, y: 420 };

/**
 * Drags files and folders into the window as the system does, so that the window sees real entries; a `DataTransfer` made
 * by a script has none.
 *
 * @param paths absolute
 * @param end `drop` lets them go, `hold` leaves them over the window
 */
export async function drag(
  page: Page,
  paths: readonly string[],
  end: 'drop' | 'hold' = 'drop',
  place: { readonly x: number; readonly y: number } = PLACE,
): Promise<void> {
  const session = await page.context().newCDPSession(page);
  const data = { items: [], files: [...paths], dragOperationsMask: 1 };
  const types = ['dragEnter', 'dragOver', ...(end === 'drop' ? ['drop'] : [])] as ('dragEnter' | 'dragOver' | 'drop')[];
  for (const type of types) await session.send('Input.dispatchDragEvent', { type, ...place, data });
  await session.detach();
}
