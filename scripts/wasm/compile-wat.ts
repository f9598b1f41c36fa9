import wabt from 'wabt';

/** Compiles WebAssembly's text format, SIMD included, into a module. @throws Error that says where the text is wrong */
export async function compileWat(name: string, text: string): Promise<Uint8Array> {
  const parsed = (await wabt()).parseWat(name, text, { simd: true });
  try {
    return parsed.toBinary({}).buffer;
  } finally {
    parsed.destroy();
  }
}
