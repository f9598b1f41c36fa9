/** A program for Python that lists the weights of a file, of a network that no other program has the layers of. */
export function listingSample(file: string): string {
  return `"""Lists the weights in this folder; they are NumPy arrays.

    pip install numpy safetensors
    python predict.py             every tensor with its shape
    python predict.py NAME...     the values of some

Kernels are [height, width, in, out], those of depthwise convolutions [height, width, channels, multiplier] and those of
dense layers [in, out]. The network has layers that Keras has none for, so nothing predicts here: to predict in Python,
export it as savedmodel.
"""
import pathlib
import sys

from safetensors import safe_open

HERE = pathlib.Path(__file__).resolve().parent


def main(arguments):
    with safe_open(HERE / '${file}', framework='numpy') as weights:
        for name, value in (weights.metadata() or {}).items():
            print(f'{name}: {value}')
        for name in arguments or weights.keys():
            tensor = weights.get_tensor(name)
            print(name, list(tensor.shape), *([tensor] if arguments else []))
    return 0


if __name__ == '__main__':
    sys.exit(main(sys.argv[1:]))
`;
}
