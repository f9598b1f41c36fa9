import type { DoctorReport } from '../../shared/contract/endpoint.ts';
import type { Gpu } from '../runtime/nvidia.ts';
import type { ProbeMessage } from '../runtime/probe.ts';

const GIBIBYTE = 2 ** 30;

/**
 * What computes, for the doctor. A GPU that TensorFlow leaves unused is told with what makes it used, though nothing is
 * missing without it.
 *
 * @param native what a process answered that loaded TensorFlow
 * @param present asks the driver for the GPU that a process here would see
 * @param mending builds the native parts anew; `rebuilding` takes them away first
 */
export function deviceCheck(
  native: ProbeMessage,
  present: () => Gpu | null,
  { mending, rebuilding }: { readonly mending: string; readonly rebuilding: string },
): DoctorReport['checks'][number] {
  const name = 'Device';
  if (native.kind === 'failed') return { name, ok: false, found: native.error.message, mend: mending };
  const gpu = present();
  if (gpu === null) return { name, ok: true, found: native.device, mend: null };
  if (native.device.startsWith('GPU')) {
    const memory = [gpu.freeBytes, gpu.totalBytes].map((bytes) => (bytes / GIBIBYTE).toFixed(1));
    return { name, ok: true, found: `${native.device}, ${memory.join(' of ')} GiB free`, mend: null };
  }
  const found = `${native.device}; the ${gpu.name} is not used: this TensorFlow was built without CUDA, or does not find it`;
  return { name, ok: true, found, mend: rebuilding };
}
