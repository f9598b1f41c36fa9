import { desktopHost } from './desktop-host.ts';
import type { Host } from './host.ts';
import { webHost } from './web-host.ts';

/** Finds out where the window runs. */
export function createHost(): Promise<Host> {
  return window.thaw ? Promise.resolve(desktopHost(window.thaw)) : webHost();
}
