import { ipcRenderer } from 'electron';
import type { Outcome } from '../shared/contract/wire.ts';
import type { DesktopMessages, DesktopRequests } from '../shared/window/desktop-ipc.ts';

/** Asks the main process. The only file that knows `ipcRenderer`. */
export function ask<Name extends keyof DesktopRequests>(
  name: Name,
  ...parameters: DesktopRequests[Name]
): Promise<Outcome> {
  return ipcRenderer.invoke(name, ...parameters) as Promise<Outcome>;
}

/** Listens to the main process. @returns the function that ends it */
export function listen<Name extends keyof DesktopMessages>(
  name: Name,
  listener: (...parameters: DesktopMessages[Name]) => void,
): () => void {
  const receive = (_event: unknown, ...parameters: DesktopMessages[Name]): void => listener(...parameters);
  // The type of the platform knows no tuples.
  const untyped = receive as unknown as (event: unknown, ...parameters: unknown[]) => void;
  ipcRenderer.on(name, untyped);
  return () => void ipcRenderer.removeListener(name, untyped);
}
