import { count, duration, metric } from './format.ts';

/** An exposure as photographers say it: `1/250 s`, `2.5 s`. */
function exposure(seconds: number): string {
  return seconds > 0 && seconds < 0.4 ? `1/${count(1 / seconds)} s` : duration(seconds);
}

/** By EXIF's number: how an image was turned to stand upright. */
const ORIENTATIONS: Readonly<Record<number, string>> = {
  1: 'Upright as stored',
  2: 'Mirrored',
  3: 'Turned by 180°',
  4: 'Mirrored, turned by 180°',
  5: 'Mirrored, turned by 90° to the left',
  6: 'Turned by 90° to the right',
  7: 'Mirrored, turned by 90° to the right',
  8: 'Turned by 90° to the left',
};

const FORMATS: Readonly<Record<string, string>> = {
  jpeg: 'JPEG',
  png: 'PNG',
  gif: 'GIF',
  webp: 'WebP',
  tiff: 'TIFF',
  avif: 'AVIF',
  bmp: 'BMP',
  idx: 'IDX',
};

const SPACES: Readonly<Record<string, string>> = {
  srgb: 'RGB',
  rgb: 'RGB',
  rgb16: 'RGB',
  'b-w': 'Grey',
  grey16: 'Grey',
  cmyk: 'CMYK',
  lab: 'CIELAB',
};

/** Words of the inspector beside a picture. */
export const imageInspector = {
  label: 'Inspector',
  toggle: 'Inspector (I)',
  looking: 'Looking at the image…',
  again: 'Try again',
  damaged: 'This image does not decode',
  damagedHint: (reason: string) => `Training leaves it out: ${reason}.`,
  histogram: 'Histogram',
  channels: { colour: 'Colour', luminance: 'Luminance' },
  drawn: (what: string) => `${what}: how many pixels have each level from 0 to 255`,
  sampled: (pixels: number) => `Of ${count(pixels)} pixels at even distances.`,
  rows: { red: 'Red', green: 'Green', blue: 'Blue', luminance: 'Luminance' },
  channel: 'Channel',
  mean: 'Mean',
  spread: 'Spread',
  black: 'At 0',
  white: 'At 255',
  spreadHint: 'The standard deviation of its levels',
  blackHint: 'Pixels with the lowest level',
  whiteHint: 'Pixels with the highest level',
  level: (value: number) => value.toFixed(1),
  image: 'Image',
  format: 'Format',
  formatOf: (format: string, progressive: boolean) =>
    `${FORMATS[format] ?? format.toUpperCase()}${progressive ? ', progressive' : ''}`,
  colour: 'Colour',
  colourOf: (space: string, bits: number) =>
    `${SPACES[space] ?? space}, ${bits} ${bits === 1 ? 'bit' : 'bits'} a channel`,
  alpha: 'with transparency, shown over white',
  palette: 'from a palette',
  profile: 'Profile',
  profileNote: 'Embedded; networks see the values without it',
  orientation: 'Orientation',
  orientations: (orientation: number) => ORIENTATIONS[orientation] ?? '',
  frames: 'Frames',
  framesNote: (total: number) => `${count(total)}; the first is used`,
  size: 'Size',
  path: 'Path',
  hash: 'SHA-256',
  copyPath: 'Copy the path',
  copyHash: 'Copy the hash',
  camera: 'Camera',
  taken: 'Taken',
  model: 'Model',
  lens: 'Lens',
  exposure: 'Exposure',
  exposureOf: (seconds: number | null, fNumber: number | null, iso: number | null, millimetres: number | null) =>
    [
      ...(seconds === null ? [] : [exposure(seconds)]),
      ...(fNumber === null ? [] : [`f/${metric(fNumber)}`]),
      ...(iso === null ? [] : [`ISO ${count(iso)}`]),
      ...(millimetres === null ? [] : [`${metric(millimetres)} mm`]),
    ].join(' · '),
  location: 'Place',
  showLocation: 'Show where it was taken',
  locationOf: (latitude: number, longitude: number) =>
    `${Math.abs(latitude).toFixed(5)}° ${latitude < 0 ? 'S' : 'N'}, ${Math.abs(longitude).toFixed(5)}° ${longitude < 0 ? 'W' : 'E'}`,
} as const;
