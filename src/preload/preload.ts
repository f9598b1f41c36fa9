import { contextBridge, webUtils } from 'electron';
import type { DesktopBridge, HostInformation } from '../shared/contract/bridge.ts';
import { INFORMATION_ARGUMENT } from '../shared/window/desktop-ipc.ts';
import { ask, listen } from './ipc-renderer.ts';

function readInformation(): HostInformation {
  const argument = process.argv.find((given) => given.startsWith(INFORMATION_ARGUMENT)) ?? '';
  return JSON.parse(argument.slice(INFORMATION_ARGUMENT.length)) as HostInformation;
}

/** Where a file that a person dropped or chose lies; empty for one that a script made. */
function pathOf(file: File): string {
  // Electron before 32 has no `webUtils` here, and the path on the file itself.
  const utilities = webUtils as typeof webUtils | undefined;
  return utilities ? utilities.getPathForFile(file) : ((file as File & { readonly path?: string }).path ?? '');
}

const bridge: DesktopBridge = {
  information: readInformation(),
  invoke: (name, request) => ask('invoke', name, request),
  subscribe: (listener) => listen('event', listener),
  onConnection: (listener) => listen('connection', listener),
  onMenu: (listener) => listen('menu', listener),
  chooseFolder: () => ask('chooseFolder'),
  chooseFiles: (kind) => ask('chooseFiles', kind),
  grantFiles: (files) => ask('grantPaths', files.map(pathOf)),
  showRunFolder: (runId) => ask('showRunFolder', runId),
};

contextBridge.exposeInMainWorld('thaw', bridge);
