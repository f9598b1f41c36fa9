import { shell } from 'electron';
import type { Transport } from '../shared/contract/endpoint.ts';
import type { Outcome } from '../shared/contract/wire.ts';
import { ThawError } from '../shared/errors/thaw-error.ts';

/**
 * Shows a run's folder in the system's file manager. The window names the run; where its folder is, the engine says.
 *
 * @throws ThawError `run.unknown`, or `run.state` where the folder is gone or the system cannot show it
 */
export async function showRunFolder(transport: Transport, runId: string): Promise<Outcome> {
  const { folder, exists } = await transport.invoke('runs.files', { runId });
  if (!exists) {
    throw new ThawError(
      'run.state',
      `A run's folder is shown where it lies; '${folder}' is no longer there.`,
      'Put it back from a copy, if there is one.',
    );
  }
  const refusal = await shell.openPath(folder);
  if (refusal !== '') {
    throw new ThawError('run.state', `The system could not show '${folder}': ${refusal}.`, 'Open it by hand.');
  }
  return { kind: 'answer', response: {} };
}
