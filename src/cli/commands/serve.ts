import { spawn } from 'node:child_process';
import os from 'node:os';
import path from 'node:path';
import type { Command } from 'commander';
import { ThawError } from '../../shared/errors/thaw-error.ts';
import { givenPath } from '../given-path.ts';
import { wholeNumber } from '../number-flag.ts';
import { printLines } from '../output/print.ts';
import { untilSignal } from '../until-signal.ts';

interface ServeFlags {
  readonly port?: number;
  readonly host: string;
  readonly root: string[];
  readonly open?: true;
}

const ROOT = path.join(import.meta.dirname, '../../..');
const LOOPBACK = new Set(['127.0.0.1', '::1', 'localhost']);

/** Builds the window where it is missing or older than its sources; says so on the error output. */
async function buildWindow(): Promise<string> {
  const script = path.join(ROOT, 'scripts/build.ts');
  const code = await new Promise<number | null>((resolve, reject) => {
    const child = spawn(process.execPath, [script, '--if-stale'], { cwd: ROOT, stdio: ['ignore', 2, 2] });
    child.once('error', reject);
    child.once('close', resolve);
  });
  if (code !== 0) {
    throw new ThawError('set-up.failed', 'The window must be built, and that failed.', 'What it printed says why.');
  }
  return path.join(ROOT, 'out/renderer');
}

/** Opens an address in the user's browser, without waiting for it. */
function openInBrowser(address: string): void {
  const [command = '', ...before] =
    process.platform === 'darwin' ? ['open'] : process.platform === 'win32' ? ['explorer'] : ['xdg-open'];
  const child = spawn(command, [...before, address], { stdio: 'ignore', detached: true });
  child.once('error', () => void process.stderr.write('No browser could be opened: open the address yourself.\n'));
  child.unref();
}

async function serveWindow(flags: ServeFlags): Promise<void> {
  const folder = await buildWindow();
  const [
    { createService },
    { readWorkspace },
    { windowTransport },
    { describeDefect },
    { thawVersion },
    { startWebHost },
  ] = await Promise.all([
    import('../../engine/service/create-service.ts'),
    import('../../engine/service/workspace.ts'),
    import('../../engine/service/window-transport.ts'),
    import('../../engine/service/defect.ts'),
    import('../../engine/service/version.ts'),
    import('../../host/web-host.ts'),
  ]);
  const service = createService({
    ...readWorkspace(),
    roots: flags.root.length === 0 ? [os.homedir()] : flags.root,
  });
  try {
    const host = await startWebHost({
      transport: windowTransport(service),
      folder,
      address: flags.host,
      port: flags.port ?? 0,
      information: { kind: 'web', thaw: thawVersion(), electron: null, standIn: false, platform: process.platform },
      onDefect: describeDefect,
    });
    try {
      const others = LOOPBACK.has(flags.host)
        ? []
        : [
            ...host.outerAddresses.map((address) => `From other machines: ${address}`),
            'Others on this network can reach it; whoever has the address can use it and see the images.',
          ];
      printLines([`Thaw is at ${host.address}`, ...others, 'Ctrl+C ends it; a run under way keeps its checkpoint.']);
      if (flags.open) openInBrowser(host.address);
      await untilSignal();
    } finally {
      await host.close();
    }
  } finally {
    await service.close();
  }
}

export function addServeCommand(program: Command): void {
  program
    .command('serve')
    .description('the workbench in a browser, for this machine alone')
    .option('--port <n>', 'where to listen (default: one that is free)', wholeNumber({ least: 1, most: 65_535 }))
    .option('--host <address>', 'an address of this machine; any but 127.0.0.1 lets others in', '127.0.0.1')
    .option(
      '--root <folder>',
      'a folder that the window may look for images and weights in; may be repeated (default: your home)',
      (written: string, roots: readonly string[]) => [...roots, givenPath(written)],
      [],
    )
    .option('--open', 'open it in the browser')
    .action(serveWindow);
}
