import { ipcMain, type IpcMainInvokeEvent, type WebContents } from 'electron';
import type { Outcome } from '../shared/contract/wire.ts';
import { ThawError } from '../shared/errors/thaw-error.ts';
import type { DesktopMessages, DesktopRequestHandlers } from '../shared/window/desktop-ipc.ts';

/** Whether a call comes from the window's own page, and not from a frame in it or a page it was led to. */
export type IsTrusted = (event: IpcMainInvokeEvent) => boolean;

function refusal(error: unknown): Outcome {
  if (error instanceof ThawError) return { kind: 'refusal', error: error.toJSON() };
  const message = error instanceof Error ? error.message : String(error);
  return { kind: 'refusal', error: { code: 'unexpected', message, hint: 'This is a defect of Thaw.' } };
}

/** Answers the window. The only file that knows `ipcMain`; every call's sender is checked here. */
export function answerWindow(handlers: DesktopRequestHandlers, isTrusted: IsTrusted): void {
  for (const name of Object.keys(handlers) as (keyof DesktopRequestHandlers)[]) {
    const handle = handlers[name] as (...parameters: unknown[]) => Promise<Outcome>;
    ipcMain.handle(name, async (event, ...parameters: unknown[]): Promise<Outcome> => {
      try {
        if (!isTrusted(event)) {
          throw new ThawError('usage.invalid', 'Thaw answers to its own window only; another page asked.', '');
        }
        return await handle(...parameters);
      } catch (error) {
        return refusal(error);
      }
    });
  }
}

/** Tells the window, unless it is gone. */
export function tellWindow<Name extends keyof DesktopMessages>(
  contents: WebContents | undefined,
  name: Name,
  ...parameters: DesktopMessages[Name]
): void {
  if (contents && !contents.isDestroyed()) contents.send(name, ...parameters);
}
