import type { Request } from '../../shared/contract/endpoint.ts';
import type { NetworkCheck } from '../../shared/contract/network-check.ts';
import type { CheckJob } from '../reference/check-process.ts';
import { askProcess } from './ask-process.ts';
import type { ServiceContext } from './context.ts';

/**
 * Holds a network to the reference in a file of the user's own command line.
 *
 * @throws ThawError `usage.invalid` for what is no reference, `network.unknown`, `weights.mismatch`
 */
export async function checkNetwork(
  context: ServiceContext,
  { path }: Request<'networks.check'>,
): Promise<NetworkCheck> {
  const job: CheckJob = { path };
  return askProcess<NetworkCheck>(context.entries.check, job, 'Checking a network');
}
