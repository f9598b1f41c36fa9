import type { MenuItemConstructorOptions } from 'electron';
import type { MenuCommand } from '../shared/contract/bridge.ts';
import { strings } from './strings.ts';

export interface MenuState {
  readonly training: boolean;
}

/** The menu with the usual accelerators; items that do not apply are disabled. */
export function menuTemplate(
  { training }: MenuState,
  tell: (command: MenuCommand) => void,
  platform: string,
): MenuItemConstructorOptions[] {
  const words = strings.menu;
  const command = (label: string, name: MenuCommand, accelerator?: string, enabled = true) => ({
    label,
    enabled,
    click: () => tell(name),
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
