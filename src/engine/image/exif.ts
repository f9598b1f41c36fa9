import type { ExifFacts } from '../../shared/contract/image-inspection.ts';

/** A JPEG segment's length; other formats may hold more, and nothing that is shown lies so far behind. */
const MOST_BYTES = 2 ** 16;
const MOST_ENTRIES = 512;
const MOST_CHARACTERS = 80;

/** Tags of EXIF 2.32 (CIPA DC-008), by the directory that they stand in. */
const TAGS = {
  make: 0x010f,
  model: 0x0110,
  orientation: 0x0112,
  dateTime: 0x0132,
  photo: 0x8769,
  location: 0x8825,
  exposureTime: 0x829a,
  fNumber: 0x829d,
  iso: 0x8827,
  dateTimeOriginal: 0x9003,
  focalLength: 0x920a,
  lens: 0xa434,
  latitudeReference: 0x0001,
  latitude: 0x0002,
  longitudeReference: 0x0003,
  longitude: 0x0004,
} as const;
type Tag = keyof typeof TAGS;

const TYPES = { ascii: 2, short: 3, long: 4, rational: 5 } as const;
const TYPE_BYTES: Readonly<Record<number, number>> = {
  [TYPES.ascii]: 1,
  [TYPES.short]: 2,
  [TYPES.long]: 4,
  [TYPES.rational]: 8,
};
const ENTRY_BYTES = 12;
const VALUE_BYTES = 4;

interface Value {
  readonly type: number;
  readonly count: number;
  /** From the beginning of the TIFF header; all of its bytes lie within. */
  readonly offset: number;
}
type Directory = ReadonlyMap<number, Value>;

/**
 * Reads the few tags that are shown. Nothing is allocated by what the file says of itself: a list of thousands of tags, each
 * of which claims the whole segment, takes no more than the segment.
 */
class TiffReader {
  readonly #view: DataView;
  readonly #little: boolean;

  /** @param bytes from the TIFF header on */
  constructor(bytes: Uint8Array) {
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const order = bytes.length >= 8 ? this.#view.getUint16(0) : 0;
    this.#little = order === 0x4949;
    if ((!this.#little && order !== 0x4d4d) || this.#short(2) !== 42) throw new RangeError('There is no TIFF header.');
  }

  #short(offset: number): number {
    return this.#view.getUint16(offset, this.#little);
  }

  #long(offset: number): number {
    return this.#view.getUint32(offset, this.#little);
  }

  first(): Directory {
    return this.#directory(this.#long(4));
  }

  /** The directory that a tag leads to; empty where there is none. */
  below(directory: Directory, tag: Tag): Directory {
    const offset = this.number(directory, tag);
    return offset === null ? new Map() : this.#directory(offset);
  }

  #directory(start: number): Directory {
    const entries = new Map<number, Value>();
    if (start + 2 > this.#view.byteLength) return entries;
    const total = Math.min(this.#short(start), MOST_ENTRIES);
    for (let index = 0; index < total; index += 1) {
      const at = start + 2 + index * ENTRY_BYTES;
      if (at + ENTRY_BYTES > this.#view.byteLength) break;
      const [type, count] = [this.#short(at + 2), this.#long(at + 4)];
      const bytes = (TYPE_BYTES[type] ?? Infinity) * count;
      const offset = bytes <= VALUE_BYTES ? at + 8 : this.#long(at + 8);
      if (offset + bytes <= this.#view.byteLength) entries.set(this.#short(at), { type, count, offset });
    }
    return entries;
  }

  has(directory: Directory, tag: Tag): boolean {
    return directory.has(TAGS[tag]);
  }

  /** A finite number, the first of several. */
  number(directory: Directory, tag: Tag, index = 0): number | null {
    const value = directory.get(TAGS[tag]);
    if (!value || index >= value.count) return null;
    const at = value.offset + index * (TYPE_BYTES[value.type] ?? 0);
    let found = NaN;
    if (value.type === TYPES.short) found = this.#short(at);
    if (value.type === TYPES.long) found = this.#long(at);
    if (value.type === TYPES.rational) found = this.#long(at) / this.#long(at + 4);
    return Number.isFinite(found) ? found : null;
  }

  text(directory: Directory, tag: Tag): string | null {
    const value = directory.get(TAGS[tag]);
    if (value?.type !== TYPES.ascii) return null;
    const { buffer, byteOffset } = this.#view;
    const bytes = new Uint8Array(buffer, byteOffset + value.offset, Math.min(value.count, 4 * MOST_CHARACTERS));
    const end = bytes.indexOf(0);
    const text = new TextDecoder()
      .decode(end < 0 ? bytes : bytes.subarray(0, end))
      .replace(/[\p{Cc}\p{Cf}\p{Co}\p{Cn}]/gu, '')
      .trim()
      .slice(0, MOST_CHARACTERS);
    return text === '' ? null : text;
  }
}

/** `2016:05:04 12:30:05` as ISO 8601 has it; null for what is no date, such as a clock that was never set. */
function dateOf(text: string | null): string | null {
  const [, year, month, day, time] = /^(\d{4}):(\d\d):(\d\d) (\d\d:\d\d:\d\d)$/.exec(text ?? '') ?? [];
  if (year === undefined || time === undefined) return null;
  const date = `${year}-${month ?? ''}-${day ?? ''}T${time}`;
  return Number.isNaN(Date.parse(`${date}Z`)) ? null : date;
}

/** The maker is part of many models' names already. */
function cameraOf(make: string | null, model: string | null): string | null {
  if (make === null || model === null) return model ?? make;
  const [brand = ''] = make.split(' ');
  return model.toLowerCase().startsWith(brand.toLowerCase()) ? model : `${make} ${model}`;
}

/** Degrees, minutes and seconds as degrees. */
function degreesOf(
  reader: TiffReader,
  directory: Directory,
  tag: 'latitude' | 'longitude',
  negative: string,
): number | null {
  const [degrees, minutes, seconds] = [0, 1, 2].map((index) => reader.number(directory, tag, index));
  if (degrees === null || degrees === undefined) return null;
  const value = degrees + (minutes ?? 0) / 60 + (seconds ?? 0) / 3600;
  if (value > (tag === 'latitude' ? 90 : 180)) return null;
  return reader.text(directory, `${tag}Reference`) === negative ? -value : value;
}

/** What follows `Exif\0\0`, or all where a format leaves that out. */
function tiffOf(exif: Uint8Array): Uint8Array {
  const bounded = exif.subarray(0, MOST_BYTES);
  const named = Buffer.from(bounded.subarray(0, 4)).toString('latin1') === 'Exif';
  return named ? bounded.subarray(6) : bounded;
}

/**
 * How an image is to be turned, from 1 (not at all) to 8.
 *
 * @param exif as for `readExif`
 * @returns 1 where it does not say; null for what is no EXIF, and for numbers that mean nothing
 */
export function exifOrientation(exif: Uint8Array): number | null {
  try {
    const reader = new TiffReader(tiffOf(exif));
    const image = reader.first();
    if (!reader.has(image, 'orientation')) return 1;
    const value = reader.number(image, 'orientation');
    return value !== null && Number.isInteger(value) && value >= 1 && value <= 8 ? value : null;
  } catch (error) {
    if (error instanceof RangeError) return null;
    throw error;
  }
}

/**
 * What a photograph says of itself, as far as people look at it.
 *
 * @param exif the file's EXIF, with or without its name before it
 * @param withLocation whether it is to be told where it was taken
 * @returns null for what is no EXIF
 */
export function readExif(exif: Uint8Array, withLocation: boolean): ExifFacts | null {
  try {
    const reader = new TiffReader(tiffOf(exif));
    const image = reader.first();
    const photo = reader.below(image, 'photo');
    const place = reader.below(image, 'location');
    const latitude = degreesOf(reader, place, 'latitude', 'S');
    const longitude = degreesOf(reader, place, 'longitude', 'W');
    const hasLocation = latitude !== null && longitude !== null;
    return {
      takenAt: dateOf(reader.text(photo, 'dateTimeOriginal') ?? reader.text(image, 'dateTime')),
      camera: cameraOf(reader.text(image, 'make'), reader.text(image, 'model')),
      lens: reader.text(photo, 'lens'),
      exposureSeconds: reader.number(photo, 'exposureTime'),
      fNumber: reader.number(photo, 'fNumber'),
      iso: reader.number(photo, 'iso'),
      focalLengthMillimetres: reader.number(photo, 'focalLength'),
      hasLocation,
      location: hasLocation && withLocation ? { latitude, longitude } : null,
    };
  } catch (error) {
    if (error instanceof RangeError) return null;
    throw error;
  }
}
