import { dialog, type BrowserWindow } from 'electron';
import { strings } from './strings.ts';

/** Asks whether a run under way may be stopped for the window to close. */
export async function askToClose(window: BrowserWindow): Promise<boolean> {
  const { stop, stay, message, detail } = strings.closing;
  const { response } = await dialog.showMessageBox(window, {
    type: 'question',
    buttons: [stop, stay],
    defaultId: 1,
    cancelId: 1,
    noLink: true,
    message,
    detail,
  });
  return response === 0;
}
