import type { Preprocessing } from '../../network/preprocessing.ts';
import { pythonLoadImage } from './python-images.ts';

/** What is particular to a runtime in a sample that predicts. */
export interface PythonRuntime {
  /** What to install beside NumPy and Pillow: `torch`. */
  readonly packages: string;
  /** Further imports, a line each. */
  readonly imports: readonly string[];
  /** Defines `predict(images)`: uint8 [batch, height, width, 3] becomes float32 [batch, classes]. */
  readonly predict: string;
}

/**
 * A program that predicts with an exported model, and with `--check` holds it to what Thaw predicts of the drawn images that
 * lie beside it.
 *
 * @param allowed how far a probability may lie from Thaw's
 */
export function pythonSample(
  preprocessing: Preprocessing,
  allowed: number,
  { packages, imports, predict }: PythonRuntime,
): string {
  return `"""Predicts images with the model in this folder.

    pip install numpy pillow ${packages}
    python predict.py IMAGE...
    python predict.py --check     compare with what Thaw predicts of the images in reference.npz
"""
import json
import os
import pathlib
import sys

os.environ.setdefault('TF_CPP_MIN_LOG_LEVEL', '3')
${[...imports, 'import numpy as np', 'from PIL import Image, ImageOps'].sort(pythonOrder).join('\n')}

HERE = pathlib.Path(__file__).resolve().parent
CLASSES = json.loads((HERE / 'classes.json').read_text(encoding='utf-8'))
${pythonLoadImage(preprocessing)}

${predict}


def check():
    with np.load(HERE / 'reference.npz') as reference:
        found, expected = predict(reference['images']), reference['probabilities']
    difference = float(np.abs(found - expected).max())
    print(f'largest difference of a probability: {difference:.2e} (allowed: ${allowed.toExponential()})')
    return difference <= ${allowed}


def printable(name):
    """Without what steers a terminal."""
    return ''.join(sign if sign.isprintable() else ' ' for sign in name)


def main(arguments):
    sys.stdout.reconfigure(errors='replace')
    if arguments == ['--check']:
        return 0 if check() else 1
    if not arguments:
        print(__doc__)
        return 2
    for path in arguments:
        probabilities = predict(load_image(path)[np.newaxis])[0]
        best = np.argsort(-probabilities)[:3]
        print(path, *(f'{printable(CLASSES[index])} {probabilities[index]:.1%}' for index in best), sep='  ')
    return 0


if __name__ == '__main__':
    sys.exit(main(sys.argv[1:]))
`;
}

/** `import` before `from`, each by name. */
function pythonOrder(first: string, second: string): number {
  const key = (line: string): string => `${line.startsWith('from') ? 1 : 0}${line}`;
  return key(first) < key(second) ? -1 : 1;
}
