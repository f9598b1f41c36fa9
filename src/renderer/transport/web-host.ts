import type { HostInformation } from '../../shared/contract/bridge.ts';
import { ReconnectingTransport } from '../../shared/contract/reconnecting-transport.ts';
import type { Port } from '../../shared/contract/wire.ts';
import { droppedFiles, type DroppedFile } from './dropped-files.ts';
import type { Host } from './host.ts';
import { upload } from './upload.ts';
import { openWebSocketPort } from './web-socket-port.ts';

/** The one folder at the top that everything lies in, if it is so. */
function commonFolder(files: readonly DroppedFile[]): string | null {
  const tops = new Set(files.map(({ path }) => (path.includes('/') ? path.slice(0, path.indexOf('/')) : '')));
  const [top] = tops;
  return tops.size === 1 && top !== undefined && top !== '' ? top : null;
}

/**
 * The host of a window in a browser, served by `thaw serve`.
 *
 * @throws Error where the server does not answer, or does not know this browser
 */
export async function webHost(): Promise<Host> {
  const answer = await fetch('/host.json');
  if (!answer.ok) throw new Error(await answer.text());
  const information = (await answer.json()) as HostInformation;
  const open = (): Promise<Port> => openWebSocketPort(`ws://${location.host}/engine`);
  const transport = new ReconnectingTransport({ open, again: 'connected' });
  await transport.begin();
  return {
    information,
    transport,
    dialogs: null,
    async grantDropped(dropped, watch) {
      const files = await droppedFiles(dropped);
      const folder = commonFolder(files);
      const uploaded = await upload(transport, files, watch);
      if (folder !== null && uploaded.folder) return [uploaded.folder];
      return uploaded.files;
    },
    async grantFiles(files, watch) {
      const given = files.map((file) => ({ path: file.webkitRelativePath || file.name, file }));
      const folder = commonFolder(given);
      const uploaded = await upload(transport, given, watch);
      if (folder !== null && uploaded.folder) return [uploaded.folder];
      return uploaded.files;
    },
    showRunFolder: null,
    onConnection: (listener) => transport.onConnection(listener),
    // A browser has no menu of ours.
    onMenu: () => () => undefined,
  };
}
