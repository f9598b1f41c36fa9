/** Smaller pieces are reused by whatever is allocated next. */
const OWN_PAGES_BYTES = 1 << 16;

/**
 * Zeroed memory for the values of a tensor. A large piece has pages of its own, which `giveBack` returns to the system at
 * once: what the allocator keeps of others it may never use again.
 */
export function tensorBytes(count: number): Uint8Array<ArrayBuffer> {
  if (count < OWN_PAGES_BYTES) return new Uint8Array(count);
  // The buffer never grows: being resizable, it can shrink to nothing.
  return new Uint8Array(new ArrayBuffer(count, { maxByteLength: count }), 0, count);
}

/** Gives back the memory of an array that nobody reads again, and of all that lies in the same buffer; it is empty then. */
export function giveBack({ buffer }: Float32Array): void {
  if (!(buffer instanceof ArrayBuffer) || buffer.detached) return;
  if (buffer.resizable) buffer.resize(0);
  else buffer.transfer(0);
}
