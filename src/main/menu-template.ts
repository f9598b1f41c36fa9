import type { MenuItemConstructorOptions } from 'electron';
import type { RecentDataset } from '../shared/contract/dataset-view.ts';
import type { MenuCommand } from '../shared/contract/bridge.ts';
import { strings } from './strings.ts';

export interface MenuState {
  readonly training: boolean;
  /** The newest first. */
  readonly recent: readonly RecentDataset[];
}

/** An ampersand would underline the letter that follows it. */
const literally = (text: string): string => text.replaceAll('&', '&&');

/** Folders that were opened before; those that have gone stay listed, for a disk may come back. */
function recentItems(
  recent: readonly RecentDataset[],
  tell: (command: MenuCommand) => void,
): MenuItemConstructorOptions[] {
  if (recent.length === 0) return [{ label: strings.menu.noRecent, enabled: false }];
  return recent.map(({ grantId, name, root, exists }) => ({
    label: literally(strings.menu.recent(name, root)),
    enabled: exists,
    click: () => tell({ kind: 'openRecent', grantId, name }),
  }));
}

/** The menu with the usual accelerators; items that do not apply are disabled. */
export function menuTemplate(
  { training, recent }: MenuState,
  tell: (command: MenuCommand) => void,
  platform: string,
): MenuItemConstructorOptions[] {
  const words = strings.menu;
  const command = (
    label: string,
    kind: Exclude<MenuCommand['kind'], 'openRecent'>,
    accelerator?: string,
    enabled = true,
  ) => ({
    label,
    enabled,
    click: () => tell({ kind }),
    ...(accelerator !== undefined && { accelerator }),
  });
  const mac = platform === 'darwin';
  const preferences = command(words.preferences, 'preferences', 'CmdOrCtrl+,');
  const about = command(words.about, 'about');
  return [
    ...(mac
      ? [
          {
            label: strings.product,
            submenu: [about, { type: 'separator' as const }, preferences, { role: 'quit' as const }],
          },
        ]
      : []),
    {
      label: words.file,
      submenu: [
        command(words.open, 'openDataset', 'CmdOrCtrl+O'),
        command(words.openFeatures, 'openFeatures', 'CmdOrCtrl+Shift+O'),
        { label: words.openRecent, submenu: recentItems(recent, tell) },
        command(words.importRuns, 'importRuns', 'CmdOrCtrl+I'),
        ...(mac
          ? [{ role: 'close' as const }]
          : [
              preferences,
              { type: 'separator' as const },
              { role: 'quit' as const, label: words.quit, accelerator: 'CmdOrCtrl+Q' },
            ]),
      ],
    },
    {
      label: words.edit,
      submenu: [
        command(words.undo, 'undo', 'CmdOrCtrl+Z'),
        command(words.redo, 'redo', mac ? 'Shift+Cmd+Z' : 'CmdOrCtrl+Y'),
        { type: 'separator' },
        { role: 'cut' },
        { role: 'copy' },
        { role: 'paste' },
        { role: 'selectAll' },
        { type: 'separator' },
        command(words.find, 'find', 'CmdOrCtrl+F'),
      ],
    },
    {
      label: words.training,
      submenu: [
        command(words.train, 'train', 'CmdOrCtrl+Return', !training),
        command(words.stop, 'stop', 'CmdOrCtrl+.', training),
      ],
    },
    {
      label: words.view,
      submenu: [
        { role: 'resetZoom' },
        { role: 'zoomIn' },
        { role: 'zoomOut' },
        { type: 'separator' },
        { role: 'togglefullscreen' },
        { role: 'reload' },
        { role: 'toggleDevTools' },
      ],
    },
    ...(mac ? [] : [{ label: words.help, submenu: [about] }]),
  ];
}
