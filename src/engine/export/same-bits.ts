/** Whether two tensors hold the same values, to the bit. */
export function sameBits(first: Float32Array, second: Float32Array): boolean {
  const bytes = ({ buffer, byteOffset, byteLength }: Float32Array): Buffer =>
    Buffer.from(buffer, byteOffset, byteLength);
  return bytes(first).equals(bytes(second));
}
