import type { Preprocessing } from '../../network/preprocessing.ts';
import { javascriptLoadImage, PRINTABLE } from '../samples/javascript-sample.ts';

/** How each of tfjs' two kinds of model is loaded. */
const LOADERS = { graph: 'loadGraphModel', layers: 'loadLayersModel' } as const;
export type TfjsKind = keyof typeof LOADERS;

/**
 * A program for Node that predicts with a model of tfjs, and with `--check` holds it to what Thaw predicts of the drawn images
 * that lie beside it.
 *
 * @param allowed how far a probability may lie from Thaw's
 */
export function tfjsSample(preprocessing: Preprocessing, kind: TfjsKind, allowed: number): string {
  const { height, width } = preprocessing;
  return `// Predicts images with the model in this folder.
//
//     npm install @tensorflow/tfjs@4 @tensorflow/tfjs-backend-wasm@4 sharp
//     node predict.mjs IMAGE...
//     node predict.mjs --check     compare with what Thaw predicts of the images in reference.npz
import * as tf from '@tensorflow/tfjs';
import { setWasmPaths } from '@tensorflow/tfjs-backend-wasm';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';

const beside = (name) => fileURLToPath(new URL(name, import.meta.url));

/** Reads model.json and the weights beside it; in a browser a URL does. */
const fromFolder = {
  load: async () =>
    tf.io.getModelArtifactsForJSON(JSON.parse(await readFile(beside('model.json'), 'utf8')), async (manifest) => {
      const pieces = await Promise.all(manifest.flatMap(({ paths }) => paths.map((name) => readFile(beside(name)))));
      return [manifest.flatMap(({ weights }) => weights), Uint8Array.from(Buffer.concat(pieces)).buffer];
    }),
};

/** The probability of each class, of pixels from 0 to 255 [batch, ${height}, ${width}, 3]. */
async function predict(model, pixels) {
  const output = tf.tidy(() => model.predict(tf.tensor(pixels, [pixels.length / ${height * width * 3}, ${height}, ${width}, 3], 'float32')));
  return output.data();
}

/** The values of an array in a .npz file that is not compressed: so many bytes of each. */
function member(file, name, width) {
  const named = file.indexOf(\`\${name}.npy\`);
  const array = named + name.length + 4 + file.readUInt16LE(named - 2);
  const values = array + 10 + file.readUInt16LE(array + 8);
  const [, shape] = /'shape': \\(([\\d, ]+)\\)/.exec(file.toString('latin1', array, values));
  const count = shape.split(',').filter((size) => size.trim()).reduce((product, size) => product * Number(size), 1);
  return Uint8Array.from(file.subarray(values, values + count * width));
}

async function check(model) {
  const file = await readFile(beside('reference.npz'));
  const expected = new Float32Array(member(file, 'probabilities', 4).buffer);
  const found = await predict(model, Float32Array.from(member(file, 'images', 1)));
  const difference = expected.reduce((most, value, index) => Math.max(most, Math.abs(value - found[index])), 0);
  console.log(\`largest difference of a probability: \${difference.toExponential(2)} (allowed: ${allowed.toExponential()})\`);
  return difference <= ${allowed};
}

${javascriptLoadImage(preprocessing)}

${PRINTABLE}

const files = process.argv.slice(2);
if (files.length === 0) {
  console.log('node predict.mjs IMAGE...');
  process.exit(2);
}
const wasm = createRequire(import.meta.url).resolve('@tensorflow/tfjs-backend-wasm');
setWasmPaths(\`\${path.dirname(wasm)}/\`);
await tf.setBackend('wasm');
const model = await tf.${LOADERS[kind]}(fromFolder);
if (files[0] === '--check') process.exit((await check(model)) ? 0 : 1);
const classes = JSON.parse(await readFile(beside('classes.json'), 'utf8'));
for (const file of files) {
  const probabilities = await predict(model, await loadImage(file));
  const best = classes
    .map((name, index) => ({ name, probability: probabilities[index] }))
    .sort((first, second) => second.probability - first.probability)
    .slice(0, 3);
  console.log([file, ...best.map(({ name, probability }) => \`\${printable(name)} \${(probability * 100).toFixed(1)}%\`)].join('  '));
}
process.exit();
`;
}

/** JavaScript for a canvas `context` of the network's size: the part of `image` that the network sees, drawn onto it. */
function drawn({ height, width, resize, shorterSide }: Preprocessing): string {
  const whole = '[image.width, image.height]';
  const part = {
    stretch: whole,
    centerCrop: `((share) => [image.width * Math.min(1, share), image.height * Math.min(1, 1 / share)])((image.height * ${width}) / (image.width * ${height}))`,
    resizeThenCrop: `((scale) => [${width} / scale, ${height} / scale])(${shorterSide ?? Math.max(height, width)} / Math.min(image.width, image.height))`,
  }[resize];
  return `  const [across, down] = ${part};
  context.drawImage(image, (image.width - across) / 2, (image.height - down) / 2, across, down, 0, 0, ${width}, ${height});`;
}

/** A page that predicts an image that is chosen, with nothing but tfjs. */
export function tfjsPage(preprocessing: Preprocessing, kind: TfjsKind): string {
  const { height, width } = preprocessing;
  return `<!doctype html>
<html lang="en">
  <meta charset="utf-8" />
  <title>Predict an image</title>
  <!-- npm install @tensorflow/tfjs@4 in this folder, then give it out: npx serve, or python -m http.server -->
  <script src="node_modules/@tensorflow/tfjs/dist/tf.min.js"></script>
  <body>
    <p><input type="file" accept="image/*" aria-label="Image" disabled /></p>
    <canvas width="${width}" height="${height}"></canvas>
    <pre role="status">Loading the model…</pre>
    <script type="module">
      const input = document.querySelector('input');
      const context = document.querySelector('canvas').getContext('2d', { willReadFrequently: true });
      const told = document.querySelector('pre');
      const model = await tf.${LOADERS[kind]}('model.json');
      const classes = await (await fetch('classes.json')).json();
      input.disabled = false;
      told.textContent = 'Choose an image.';

      /** A browser resamples in its own way: probabilities differ a little from Thaw's. */
      function draw(image) {
        context.fillStyle = 'white';
        context.fillRect(0, 0, ${width}, ${height});
        context.imageSmoothingQuality = 'high';
${drawn(preprocessing).replace(/^/gm, '      ')}
      }

      input.onchange = async () => {
        draw(await createImageBitmap(input.files[0]));
        const output = tf.tidy(() =>
          model.predict(tf.browser.fromPixels(context.canvas).toFloat().expandDims(0)),
        );
        const probabilities = await output.data();
        output.dispose();
        told.textContent = classes
          .map((name, index) => ({ name, probability: probabilities[index] }))
          .sort((first, second) => second.probability - first.probability)
          .slice(0, 3)
          .map(({ name, probability }) => \`\${name} \${(probability * 100).toFixed(1)} %\`)
          .join('\\n');
      };
    </script>
  </body>
</html>
`;
}
