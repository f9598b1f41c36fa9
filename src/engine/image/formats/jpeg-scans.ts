const MARKER = { endOfImage: 0xd9, startOfScan: 0xda } as const;

/** DHT, DQT, DRI, the applications' and comments: what may stand between scans. */
function hasLength(marker: number): boolean {
  return [0xc4, 0xdb, 0xdd, 0xfe].includes(marker) || (marker >= 0xe0 && marker <= 0xef);
}

/** Within a scan, 0xff is followed by 0 or a restart mark; before a marker it may be repeated. */
function staysInScan(next: number): boolean {
  return next === 0 || (next >= 0xd0 && next <= 0xd7);
}

/** Where the scan that begins at `start` ends: at the next marker; -1 where the file ends before. */
function endOfScan(file: Buffer, start: number): number {
  let at = file.indexOf(0xff, start);
  while (at >= 0 && staysInScan(file[at + 1] ?? 0)) at = file.indexOf(0xff, at + 2);
  return at;
}

/**
 * How many scans a JPEG has, by its markers alone (ITU-T T.81, annex B).
 *
 * @param file all of it
 * @param start where its frame header ends
 * @returns null where its end is missing, or where it is not made as most are
 */
export function jpegScans(file: Buffer, start: number): number | null {
  let scans = 0;
  for (let at = start; at >= 0 && at + 1 < file.length;) {
    const marker = file[at + 1] ?? 0;
    if (file[at] !== 0xff) return null;
    if (marker === MARKER.endOfImage) return scans;
    if (marker === 0xff) {
      at += 1;
      continue;
    }
    if ((marker !== MARKER.startOfScan && !hasLength(marker)) || at + 4 > file.length) return null;
    at += 2 + file.readUInt16BE(at + 2);
    if (marker !== MARKER.startOfScan) continue;
    scans += 1;
    at = endOfScan(file, at);
  }
  return null;
}
