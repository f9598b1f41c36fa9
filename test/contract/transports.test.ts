import path from 'node:path';
import { afterAll } from 'vitest';
import { createService } from '../../src/engine/service/create-service.ts';
import { connect } from '../../src/shared/contract/connect.ts';
import { describeContract } from '../support/contract-suite.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { letIn, openSocket, testWebHost, writeSmallWindow } from '../support/web-host.ts';

const root = temporaryFolder();

function service(name: string): ReturnType<typeof createService> {
  const home = path.join(root, name);
  const created = createService({ home, cache: path.join(home, 'cache') });
  afterAll(() => created.close());
  return created;
}

describeContract('in process', () => Promise.resolve(service('in-process').transport));

describeContract('over a WebSocket', async () => {
  const host = await testWebHost(service('web-socket').transport, writeSmallWindow(path.join(root, 'window')));
  return connect(await openSocket(host, await letIn(host)));
});
