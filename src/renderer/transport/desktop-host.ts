import type { DesktopBridge } from '../../shared/contract/bridge.ts';
import type { EndpointName, EventName, EventOf, Request, Response, Transport } from '../../shared/contract/endpoint.ts';
import type { FileEntry } from '../../shared/contract/file-entry.ts';
import type { Outcome } from '../../shared/contract/wire.ts';
import { ThawError } from '../../shared/errors/thaw-error.ts';
import type { Host } from './host.ts';

declare global {
  interface Window {
    /** There in the desktop's window alone. */
    readonly thaw?: DesktopBridge;
  }
}

/** Errors lose their fields on the way through Electron's bridge, so they come as values. */
function unwrap(outcome: Outcome): unknown {
  if (outcome.kind === 'refusal') throw ThawError.from(outcome.error);
  return outcome.response;
}

function bridgeTransport(bridge: DesktopBridge): Transport {
  return {
    async invoke<Name extends EndpointName>(name: Name, request: Request<Name>): Promise<Response<Name>> {
      return unwrap(await bridge.invoke(name, request)) as Response<Name>;
    },
    subscribe<Name extends EventName>(wanted: Name, listener: (event: EventOf<Name>) => void): () => void {
      return bridge.subscribe((name, event) => {
        if (name === wanted) listener(event as EventOf<Name>);
      });
    },
  };
}

/** The host of the desktop's window, over what its preload put there. */
export function desktopHost(bridge: DesktopBridge): Host {
  const grant = async (files: readonly File[]): Promise<readonly FileEntry[]> =>
    unwrap(await bridge.grantFiles([...files])) as FileEntry[];
  return {
    information: bridge.information,
    transport: bridgeTransport(bridge),
    dialogs: {
      chooseFolder: async () => unwrap(await bridge.chooseFolder()) as FileEntry | null,
      chooseFiles: async (kind) => unwrap(await bridge.chooseFiles(kind)) as FileEntry[],
    },
    grantDropped: (dropped) => grant([...dropped.files]),
    grantFiles: grant,
    showRunFolder: async (runId) => void unwrap(await bridge.showRunFolder(runId)),
    onConnection: bridge.onConnection,
    onMenu: bridge.onMenu,
  };
}
