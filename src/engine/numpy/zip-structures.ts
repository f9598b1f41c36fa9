/**
 * The records of a zip file that matter here, little-endian throughout, with 64-bit sizes.
 * See https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT, sections 4.3 and 4.5.3.
 */
export const SIGNATURES = {
  local: 0x04034b50,
  central: 0x02014b50,
  end: 0x06054b50,
  end64: 0x06064b50,
  locator64: 0x07064b50,
} as const;

export const RECORD_BYTES = { local: 30, central: 46, end: 22, end64: 56, locator64: 20 } as const;

/** Stands where a number lies in the extra field instead. */
export const ELSEWHERE = { short: 0xffff, long: 0xffffffff } as const;
export const ZIP64_EXTRA = 0x0001;
export const METHODS = { stored: 0, deflated: 8 } as const;

const VERSION_WITH_64_BIT_SIZES = 45;
/** Midnight of 1980-01-01, the first moment that a zip file knows: the same content gives the same bytes. */
const DATE = 0x21;

/** A member as it is written: stored, unless it says how it is packed. */
export interface StoredMember {
  readonly name: string;
  readonly crc: number;
  readonly bytes: number;
  /** Where its local header begins. */
  readonly offset: number;
  /** Of a deflated one. */
  readonly packedBytes?: number;
}

/** Always with 64-bit sizes, as NumPy writes it, so that a member may grow while it is written. */
export function localHeader({ name, crc, bytes, packedBytes }: StoredMember): Buffer {
  const encoded = Buffer.from(name);
  const extraBytes = 20;
  const header = Buffer.alloc(RECORD_BYTES.local + encoded.length + extraBytes);
  header.writeUInt32LE(SIGNATURES.local, 0);
  header.writeUInt16LE(VERSION_WITH_64_BIT_SIZES, 4);
  // Bit 11: the name is UTF-8.
  header.writeUInt16LE(0x0800, 6);
  header.writeUInt16LE(packedBytes === undefined ? METHODS.stored : METHODS.deflated, 8);
  header.writeUInt16LE(DATE, 12);
  header.writeUInt32LE(crc, 14);
  header.writeUInt32LE(ELSEWHERE.long, 18);
  header.writeUInt32LE(ELSEWHERE.long, 22);
  header.writeUInt16LE(encoded.length, 26);
  header.writeUInt16LE(extraBytes, 28);
  encoded.copy(header, RECORD_BYTES.local);
  const extra = RECORD_BYTES.local + encoded.length;
  header.writeUInt16LE(ZIP64_EXTRA, extra);
  header.writeUInt16LE(extraBytes - 4, extra + 2);
  header.writeBigUInt64LE(BigInt(bytes), extra + 4);
  header.writeBigUInt64LE(BigInt(packedBytes ?? bytes), extra + 12);
  return header;
}

function centralHeader({ name, crc, bytes, offset, packedBytes }: StoredMember): Buffer {
  const encoded = Buffer.from(name);
  const extraBytes = 28;
  const header = Buffer.alloc(RECORD_BYTES.central + encoded.length + extraBytes);
  header.writeUInt32LE(SIGNATURES.central, 0);
  header.writeUInt16LE(VERSION_WITH_64_BIT_SIZES, 4);
  header.writeUInt16LE(VERSION_WITH_64_BIT_SIZES, 6);
  header.writeUInt16LE(0x0800, 8);
  header.writeUInt16LE(packedBytes === undefined ? METHODS.stored : METHODS.deflated, 10);
  header.writeUInt16LE(DATE, 14);
  header.writeUInt32LE(crc, 16);
  header.writeUInt32LE(ELSEWHERE.long, 20);
  header.writeUInt32LE(ELSEWHERE.long, 24);
  header.writeUInt16LE(encoded.length, 28);
  header.writeUInt16LE(extraBytes, 30);
  header.writeUInt32LE(ELSEWHERE.long, 42);
  encoded.copy(header, RECORD_BYTES.central);
  const extra = RECORD_BYTES.central + encoded.length;
  header.writeUInt16LE(ZIP64_EXTRA, extra);
  header.writeUInt16LE(extraBytes - 4, extra + 2);
  header.writeBigUInt64LE(BigInt(bytes), extra + 4);
  header.writeBigUInt64LE(BigInt(packedBytes ?? bytes), extra + 12);
  header.writeBigUInt64LE(BigInt(offset), extra + 20);
  return header;
}

/**
 * What stands behind the members: the list of them, and where it is.
 *
 * @param offset where it will begin
 */
export function centralDirectory(members: readonly StoredMember[], offset: number): Buffer {
  const list = Buffer.concat(members.map(centralHeader));
  const end64 = Buffer.alloc(RECORD_BYTES.end64);
  end64.writeUInt32LE(SIGNATURES.end64, 0);
  end64.writeBigUInt64LE(BigInt(RECORD_BYTES.end64 - 12), 4);
  end64.writeUInt16LE(VERSION_WITH_64_BIT_SIZES, 12);
  end64.writeUInt16LE(VERSION_WITH_64_BIT_SIZES, 14);
  end64.writeBigUInt64LE(BigInt(members.length), 24);
  end64.writeBigUInt64LE(BigInt(members.length), 32);
  end64.writeBigUInt64LE(BigInt(list.length), 40);
  end64.writeBigUInt64LE(BigInt(offset), 48);
  const locator = Buffer.alloc(RECORD_BYTES.locator64);
  locator.writeUInt32LE(SIGNATURES.locator64, 0);
  locator.writeBigUInt64LE(BigInt(offset + list.length), 8);
  locator.writeUInt32LE(1, 16);
  const end = Buffer.alloc(RECORD_BYTES.end);
  end.writeUInt32LE(SIGNATURES.end, 0);
  end.writeUInt16LE(ELSEWHERE.short, 8);
  end.writeUInt16LE(ELSEWHERE.short, 10);
  end.writeUInt32LE(ELSEWHERE.long, 12);
  end.writeUInt32LE(ELSEWHERE.long, 16);
  return Buffer.concat([list, end64, locator, end]);
}
