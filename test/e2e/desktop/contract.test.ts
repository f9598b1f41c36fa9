import path from 'node:path';
import { describeContract } from '../../support/contract-suite.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { findDesktop, launchDesktop } from '../../support/window/desktop.ts';
import { describeWith } from '../../support/window/needed.ts';
import { windowTransport } from '../../support/window/window-transport.ts';

describeWith('the desktop', await findDesktop(), (place) => {
  const home = path.join(temporaryFolder(), 'home');

  describeContract("over Electron's messages", async () => {
    const { page } = await launchDesktop(place, home);
    return windowTransport(page);
  });
});
