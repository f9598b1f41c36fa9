import { WIDEST } from '../../image/framing.ts';
import type { Preprocessing } from '../../network/preprocessing.ts';

/** How sharp frames an image as `framing` does; `image` is a sharp of what is upright and RGB, `whole` its size. */
function framed(preprocessing: Preprocessing): string {
  const { height, width, resize, shorterSide } = preprocessing;
  switch (resize) {
    case 'stretch':
      return `  image.resize(${width}, ${height}, { fit: 'fill', kernel: KERNEL });`;
    case 'centerCrop':
      return `  // The largest centred part of the wanted aspect ratio.
  const width = Math.min(whole.width, Math.max(1, Math.floor((whole.height * ${width}) / ${height})));
  const height = Math.min(whole.height, Math.max(1, Math.floor((whole.width * ${height}) / ${width})));
  const [left, top] = [Math.floor((whole.width - width) / 2), Math.floor((whole.height - height) / 2)];
  image.extract({ left, top, width, height }).resize(${width}, ${height}, { fit: 'fill', kernel: KERNEL });`;
    case 'resizeThenCrop':
      return `  // What is far wider than tall is cut first: a line of pixels would become gigabytes.
  const shorter = Math.min(whole.width, whole.height);
  const part = { width: Math.min(whole.width, ${WIDEST} * shorter), height: Math.min(whole.height, ${WIDEST} * shorter) };
  const [partLeft, partTop] = [Math.floor((whole.width - part.width) / 2), Math.floor((whole.height - part.height) / 2)];
  // The shorter side is brought to a length, and the centre is cut out.
  const scale = ${shorterSide ?? Math.max(height, width)} / shorter;
  const [width, height] = [Math.round(part.width * scale), Math.round(part.height * scale)];
  const [left, top] = [Math.floor((width - ${width}) / 2), Math.floor((height - ${height}) / 2)];
  image
    .extract({ left: partLeft, top: partTop, ...part })
    .resize(width, height, { fit: 'fill', kernel: KERNEL })
    .extract({ left, top, width: ${width}, height: ${height} });`;
  }
}

/**
 * JavaScript that brings an image file to the pixels that an exported model takes, with sharp: `loadImage(file)` gives
 * a Float32Array [height, width, 3].
 */
export function javascriptLoadImage(preprocessing: Preprocessing): string {
  const { height, width, kernel } = preprocessing;
  return `const KERNEL = '${kernel === 'bicubic' ? 'cubic' : 'linear'}';

/** Red, green and blue of an image from 0 to 255: [${height}, ${width}, 3]. */
async function loadImage(file) {
  const { data: pixels, info: whole } = await sharp(file)
    .autoOrient()
    .flatten({ background: '#ffffff' })
    .toColourspace('srgb')
    .raw()
    .toBuffer({ resolveWithObject: true });
  const image = sharp(pixels, { raw: { width: whole.width, height: whole.height, channels: whole.channels } });
${framed(preprocessing)}
  return Float32Array.from(await image.raw().toBuffer());
}`;
}

/** JavaScript that makes a name of anybody's fit for a terminal. */
export const PRINTABLE = `/** Without what steers a terminal. */
const printable = (name) => name.replace(/[\\p{Cc}\\p{Zl}\\p{Zp}]+/gu, ' ');`;

/** A program for Node that predicts with an exported ONNX model. */
export function javascriptSample(
  preprocessing: Preprocessing,
  file: string,
  names: { readonly images: string; readonly probabilities: string },
): string {
  const { height, width } = preprocessing;
  return `// Predicts images with the model in this folder.
//
//     npm install onnxruntime-node sharp
//     node predict.mjs IMAGE...
//
// In a browser, onnxruntime-web runs the same model: its pixels come from a canvas there.
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import sharp from 'sharp';

const beside = (name) => fileURLToPath(new URL(name, import.meta.url));
${javascriptLoadImage(preprocessing)}

${PRINTABLE}

const files = process.argv.slice(2);
if (files.length === 0) {
  console.log('node predict.mjs IMAGE...');
  process.exit(2);
}
const classes = JSON.parse(await readFile(beside('classes.json'), 'utf8'));
const session = await InferenceSession.create(beside('${file}'));
for (const file of files) {
  const images = new Tensor('float32', await loadImage(file), [1, ${height}, ${width}, 3]);
  const { ${names.probabilities}: found } = await session.run({ ${names.images}: images });
  const best = classes
    .map((name, index) => ({ name, probability: found.data[index] }))
    .sort((first, second) => second.probability - first.probability)
    .slice(0, 3);
  console.log([file, ...best.map(({ name, probability }) => \`\${printable(name)} \${(probability * 100).toFixed(1)}%\`)].join('  '));
}
`;
}
