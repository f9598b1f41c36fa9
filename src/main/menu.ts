import { Menu } from 'electron';
import type { MenuCommand } from '../shared/contract/bridge.ts';
import { menuTemplate, type MenuState } from './menu-template.ts';

export function setMenu(state: MenuState, tell: (command: MenuCommand) => void): void {
  Menu.setApplicationMenu(Menu.buildFromTemplate(menuTemplate(state, tell, process.platform)));
}
