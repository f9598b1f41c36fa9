/** Castagnoli's polynomial, bits reversed. */
const POLYNOMIAL = 0x82f63b78;
const SLICES = 8;

/** `TABLE[slice * 256 + byte]`: what a byte contributes that many bytes before the end of a group of eight. */
const TABLE = buildTable();

function buildTable(): Int32Array {
  const table = new Int32Array(SLICES * 256);
  for (let byte = 0; byte < 256; byte += 1) {
    let value = byte;
    for (let bit = 0; bit < 8; bit += 1) value = (value >>> 1) ^ (value & 1 ? POLYNOMIAL : 0);
    table[byte] = value;
  }
  for (let index = 256; index < table.length; index += 1) {
    const previous = table[index - 256] ?? 0;
    table[index] = (previous >>> 8) ^ (table[previous & 255] ?? 0);
  }
  return table;
}

/** CRC-32C of the bytes (RFC 3720, appendix B.4), eight at a time as Kounavis and Berry describe. */
export function crc32c(bytes: Uint8Array): number {
  const at = (slice: number, byte: number): number => TABLE[slice * 256 + byte] ?? 0;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const whole = bytes.length - (bytes.length % SLICES);
  let crc = -1;
  for (let position = 0; position < whole; position += SLICES) {
    const low = crc ^ view.getInt32(position, true);
    const high = view.getInt32(position + 4, true);
    crc =
      at(7, low & 255) ^
      at(6, (low >>> 8) & 255) ^
      at(5, (low >>> 16) & 255) ^
      at(4, low >>> 24) ^
      at(3, high & 255) ^
      at(2, (high >>> 8) & 255) ^
      at(1, (high >>> 16) & 255) ^
      at(0, high >>> 24);
  }
  for (let position = whole; position < bytes.length; position += 1) {
    crc = (crc >>> 8) ^ at(0, (crc ^ (bytes[position] ?? 0)) & 255);
  }
  return ~crc >>> 0;
}

/** The form in which leveldb and TensorFlow store a CRC, so that a CRC of data with CRCs in it stays a good one. */
export function maskedCrc32c(bytes: Uint8Array): number {
  const crc = crc32c(bytes);
  return (((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0;
}
