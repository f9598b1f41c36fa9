import { ThawError } from '../shared/errors/thaw-error.ts';
import { urlHost } from './gate.ts';

/** Why nothing could be listened at, as far as people can do something about it. */
export function explainListening(
  error: unknown,
  { address, port }: { readonly address: string; readonly port: number },
): unknown {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code === 'EADDRINUSE') {
    return new ThawError(
      'usage.invalid',
      `--port must be free; ${port} is taken.`,
      'Name another one, or leave it out.',
    );
  }
  if (code === 'EACCES' || code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND') {
    const message = `Thaw must be allowed to listen at ${urlHost(address)}:${port}, but the system refused (${code}).`;
    return new ThawError('usage.invalid', message, 'Leave out --host and --port, or name what is this machine’s own.');
  }
  return error;
}
