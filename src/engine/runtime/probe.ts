import { ThawError, type SerializedError } from '../../shared/errors/thaw-error.ts';
import { deviceInformation } from './binding.ts';

/** What the probe answers over its channel, once. */
export type ProbeMessage =
  | { readonly kind: 'device'; readonly tensorflow: string; readonly device: string }
  | { readonly kind: 'failed'; readonly error: SerializedError };

/** Entry of a process that only loads TensorFlow: a library that crashes takes no one else with it. */
function probe(): ProbeMessage {
  try {
    const { tensorflow, device } = deviceInformation();
    return { kind: 'device', tensorflow, device };
  } catch (error) {
    if (error instanceof ThawError) return { kind: 'failed', error: error.toJSON() };
    throw error;
  }
}

process.send?.(probe(), undefined, undefined, () => process.disconnect());
