import { Notification, powerSaveBlocker, type BrowserWindow } from 'electron';
import { strings } from './strings.ts';
import type { TrainingSigns } from './training-watch.ts';

/** Chromium's own sign for no progress. */
const NO_PROGRESS = -1;

/** Taskbar, power management and notifications, for the window that is there at the time. */
export function systemSigns(window: () => BrowserWindow | null): TrainingSigns {
  let blocker: number | null = null;
  return {
    showProgress: (share) => window()?.setProgressBar(share ?? NO_PROGRESS),
    keepAwake(awake) {
      if (awake && blocker === null) blocker = powerSaveBlocker.start('prevent-app-suspension');
      if (!awake && blocker !== null) {
        powerSaveBlocker.stop(blocker);
        blocker = null;
      }
    },
    announceEnd(runId, status) {
      const shown = window();
      if (!shown || (shown.isVisible() && shown.isFocused()) || !Notification.isSupported()) return;
      const notification = new Notification({ title: strings.ended[status], body: strings.ended.body(runId) });
      notification.on('click', () => {
        shown.show();
        shown.focus();
      });
      notification.show();
    },
  };
}
