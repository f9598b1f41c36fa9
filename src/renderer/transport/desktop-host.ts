import type { DesktopBridge } from '../../shared/contract/bridge.ts';
import type { EndpointName, EventName, EventOf, Request, Response, Transport } from '../../shared/contract/endpoint.ts';
import { ThawError } from '../../shared/errors/thaw-error.ts';
import type { Host } from './host.ts';

declare global {
  interface Window {
    /** There in the desktop's window alone. */
    readonly thaw?: DesktopBridge;
  }
}

function bridgeTransport(bridge: DesktopBridge): Transport {
  return {
    async invoke<Name extends EndpointName>(name: Name, request: Request<Name>): Promise<Response<Name>> {
      const outcome = await bridge.invoke(name, request);
      if (outcome.kind === 'refusal') throw ThawError.from(outcome.error);
      return outcome.response as Response<Name>;
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
  return {
    information: bridge.information,
    transport: bridgeTransport(bridge),
    dialogs: { chooseFolder: bridge.chooseFolder, chooseFiles: bridge.chooseFiles },
    grantDropped: (dropped) => bridge.grantFiles([...dropped.files]),
    grantFiles: (files) => bridge.grantFiles([...files]),
    onConnection: bridge.onConnection,
    onMenu: bridge.onMenu,
  };
}
