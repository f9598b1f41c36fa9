/** As many colours as a byte tells apart. */
const STEPS = 256;

/** Lightness, chroma and hue (in degrees, on from violet through red to yellow) from the least value to the greatest. */
const DARKEST = { lightness: 0.24, hue: 285 };
const LIGHTEST = { lightness: 0.95, hue: 465 };
const CHROMA = 0.19;

/** A colour of OKLCH as linear red, green and blue, which may lie outside of 0 to 1 (Ottosson, "A perceptual color space"). */
function linearOf(lightness: number, chroma: number, hue: number): readonly [number, number, number] {
  const angle = (hue * Math.PI) / 180;
  const [a, b] = [chroma * Math.cos(angle), chroma * Math.sin(angle)];
  const long = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3;
  const middle = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3;
  const short = (lightness - 0.0894841775 * a - 1.291485548 * b) ** 3;
  return [
    4.0767416621 * long - 3.3077115913 * middle + 0.2309699292 * short,
    -1.2684380046 * long + 2.6097574011 * middle - 0.3413193965 * short,
    -0.0041960863 * long - 0.7034186147 * middle + 1.707614701 * short,
  ];
}

/** A channel as a screen takes it, from 0 to 255 (IEC 61966-2-1). */
function byteOf(linear: number): number {
  const bounded = Math.min(1, Math.max(0, linear));
  const encoded = bounded <= 0.0031308 ? 12.92 * bounded : 1.055 * bounded ** (1 / 2.4) - 0.055;
  return Math.round(255 * encoded);
}

/** The colour of a lightness and a hue, as colourful as a screen can show it and no more so than the others. */
function colourOf(lightness: number, hue: number): readonly [number, number, number] {
  let [least, most] = [0, CHROMA];
  const shown = (chroma: number): boolean =>
    linearOf(lightness, chroma, hue).every((channel) => channel >= 0 && channel <= 1);
  if (shown(most)) least = most;
  for (let halvings = 0; halvings < 20; halvings += 1) {
    const chroma = (least + most) / 2;
    if (shown(chroma)) least = chroma;
    else most = chroma;
  }
  const [red, green, blue] = linearOf(lightness, least, hue);
  return [byteOf(red), byteOf(green), byteOf(blue)];
}

const COLOURS = Array.from({ length: STEPS }, (_, step) => {
  const share = step / (STEPS - 1);
  const between = (first: number, last: number): number => first + (last - first) * share;
  return colourOf(between(DARKEST.lightness, LIGHTEST.lightness), between(DARKEST.hue, LIGHTEST.hue));
});

/**
 * The colour of a value of a heat-map: from a dark violet through red to a light yellow, each step as much lighter as the one
 * before, so that the order is seen whatever colours a person tells apart.
 *
 * @param value from 0 to 1; what lies outside is taken for the nearer end, and what is no number for 0
 * @returns red, green and blue of 0 to 255
 */
export function heatColour(value: number): readonly [red: number, green: number, blue: number] {
  const bounded = value > 0 ? Math.min(1, value) : 0;
  return COLOURS[Math.round(bounded * (STEPS - 1))] ?? [0, 0, 0];
}
