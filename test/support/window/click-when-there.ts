import type { Page } from 'playwright';

/**
 * Clicks a button in the moment in which it appears, for one that soon goes again; to be called, and not awaited, before
 * it does.
 *
 * @returns settled once it was clicked
 */
export function clickWhenThere(page: Page, name: string): Promise<void> {
  const click = (wanted: string): Promise<undefined> => {
    const { promise, resolve } = Promise.withResolvers<undefined>();
    const observer = new MutationObserver(() => {
      const button = [...document.querySelectorAll('button')].find(({ textContent }) => textContent.trim() === wanted);
      if (button === undefined) return;
      observer.disconnect();
      button.click();
      resolve(undefined);
    });
    observer.observe(document.body, { childList: true, subtree: true });
    return promise;
  };
  return page.evaluate(click, name);
}
