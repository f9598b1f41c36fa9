import { existsSync } from 'node:fs';
import { expect, it } from 'vitest';
import { multipliesBfloat16 } from '../../../src/engine/runtime/processor.ts';

it.each([
  ['an x86 processor with AVX-512 for bfloat16', 'model name\t: A\nflags\t\t: fpu avx2 avx512_bf16 amx_tile\n', true],
  ['an x86 processor with AVX2 alone', 'model name\t: A\nflags\t\t: fpu sse4_2 avx2\n', false],
  ['an Arm processor with BF16', 'processor\t: 0\nFeatures\t: fp asimd i8mm bf16\n', true],
  ['a system that tells nothing of it', 'processor : 0\n', null],
])('%s', (_, information, expected) => {
  expect(multipliesBfloat16(information)).toBe(expected);
});

it('this machine tells it where it tells anything', () => {
  expect(multipliesBfloat16() === null).toBe(!existsSync('/proc/cpuinfo'));
});
