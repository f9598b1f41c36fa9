import { statfsSync } from 'node:fs';

/** Linux' numbers of file systems whose files another machine or program may change: statfs(2), and the kernel's magic.h. */
const SHARED_TYPES: Readonly<Record<number, string>> = {
  0x6969: 'a network disk (NFS)',
  0x517b: 'a network disk (SMB)',
  0xff534d42: 'a network disk (CIFS)',
  0xfe534d42: 'a network disk (SMB 2)',
  0x5346414f: 'a network disk (AFS)',
  0x00c36400: 'a network disk (Ceph)',
  0x0bd00bd0: 'a network disk (Lustre)',
  0x01021997: 'a disk of another system (9P)',
  0x65735546: 'a disk that a program serves (FUSE)',
};

/** The type of the file system of a folder, as `statfs` tells it; 0 where it cannot be told. */
function typeOf(folder: string): number {
  try {
    // Some systems tell it with its sign.
    return statfsSync(folder).type >>> 0;
  } catch {
    return 0;
  }
}

/** What a folder lies on, as the system tells it. */
interface Disk {
  readonly platform: NodeJS.Platform;
  /** Of the file system, a number of Linux'. */
  readonly type: number;
}

/**
 * In words, the sort of disk that a folder lies on where SQLite's write-ahead log does not work, as its memory is not shared
 * over a network; null for every other disk, and where the system does not tell.
 *
 * @param folder absolute, links resolved; on Windows a share's begins with its server
 */
export function networkDisk(
  folder: string,
  { platform, type }: Disk = { platform: process.platform, type: typeOf(folder) },
): string | null {
  if (platform === 'linux') return SHARED_TYPES[type] ?? null;
  if (platform !== 'win32') return null;
  const isShare = /^\\\\(?:[?.]\\UNC\\)?[^?.\\]/i.test(folder);
  return isShare ? 'a network disk' : null;
}
