import { readFileSync } from 'node:fs';

/** As Linux names them: AVX-512 and AMX of x86, BF16 of Arm. */
const BFLOAT16_FLAGS = ['avx512_bf16', 'amx_bf16', 'avx_ne_convert', 'bf16'];

/**
 * Whether the processor multiplies bfloat16 itself; others convert every number, which takes many times as long as float32.
 *
 * @param information what `/proc/cpuinfo` says; read where it is not given
 * @returns null where the system does not tell
 */
export function multipliesBfloat16(information: string | null = readInformation()): boolean | null {
  const flags = information === null ? undefined : /^(?:flags|Features)\s*:(.*)$/m.exec(information)?.[1];
  if (flags === undefined) return null;
  const known = new Set(flags.trim().split(/\s+/));
  return BFLOAT16_FLAGS.some((flag) => known.has(flag));
}

function readInformation(): string | null {
  try {
    return readFileSync('/proc/cpuinfo', 'utf8');
  } catch {
    return null;
  }
}
