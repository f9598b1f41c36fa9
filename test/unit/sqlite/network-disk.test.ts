import { expect, it } from 'vitest';
import { networkDisk } from '../../../src/engine/sqlite/network-disk.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

it.each([
  ['NFS', 'linux', '/home/me', 0x6969, true],
  ['SMB', 'linux', '/home/me', 0x517b, true],
  ['CIFS', 'linux', '/home/me', 0xff534d42, true],
  ['SMB 2', 'linux', '/home/me', 0xfe534d42, true],
  ['FUSE', 'linux', '/home/me', 0x65735546, true],
  ['9P', 'linux', '/mnt/c', 0x01021997, true],
  ['ext4', 'linux', '/home/me', 0xef53, false],
  ['tmpfs', 'linux', '/tmp', 0x01021994, false],
  ['no type that is told', 'linux', '/home/me', 0, false],
  ['a share', 'win32', '\\\\server\\share\\thaw', 0, true],
  ['a share by its long name', 'win32', '\\\\?\\UNC\\server\\share', 0, true],
  ['a drive', 'win32', 'C:\\Users\\me', 0, false],
  ['a drive by its long name', 'win32', '\\\\?\\C:\\Users\\me', 0, false],
  ['anything', 'darwin', '/Users/me', 0x6969, false],
] as const)('%s on %s: %s is a disk that others share: %#', (_, platform, folder, type, shared) => {
  expect(networkDisk(folder, { platform, type }) !== null).toBe(shared);
});

it('asks the system where nothing is said, and finds nothing where there is no such folder', () => {
  expect(networkDisk(temporaryFolder())).toBeNull();
  expect(networkDisk('/no/such/folder')).toBeNull();
});
