/**
 * The engine as a process of its own, forked by a host that keeps no engine in its own process: the desktop. The window's
 * conversation goes through the contract; the host's beside it (`engine-protocol.ts`) is out of the window's reach.
 */
import { channelPort, type Channel } from '../../shared/contract/channel-port.ts';
import { serve } from '../../shared/contract/serve.ts';
import type { Outcome } from '../../shared/contract/wire.ts';
import { ThawError } from '../../shared/errors/thaw-error.ts';
import { createService } from './create-service.ts';
import { describeDefect } from './defect.ts';
import type { HostMessage, HostRequest } from './engine-protocol.ts';
import { windowTransport } from './window-transport.ts';
import { readWorkspace } from './workspace.ts';

const channel = process as Channel;
const host = channelPort(channel, 'host');
const contract = channelPort(channel, 'contract');
const service = createService(readWorkspace());
const tell = (message: HostMessage): void => host.post(message);

async function grant(path: string): Promise<Outcome> {
  try {
    return { kind: 'answer', response: await service.grant(path) };
  } catch (error) {
    return { kind: 'refusal', error: error instanceof ThawError ? error.toJSON() : describeDefect(error) };
  }
}

/** Stops what runs, keeping its checkpoint; also when the host is gone without having asked. */
async function end(): Promise<void> {
  await service.close();
  process.exit();
}

host.onMessage((received) => {
  const request = received as HostRequest;
  switch (request.kind) {
    case 'grant':
      void grant(request.path).then((outcome) => tell({ kind: 'granted', id: request.id, outcome }));
      return;
    case 'end':
      void end();
      return;
  }
});
contract.onClose(() => void end());
serve(contract, windowTransport(service), { onDefect: describeDefect });
tell({ kind: 'ready' });
