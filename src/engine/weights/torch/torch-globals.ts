import { DTYPE_BYTES, type Dtype } from '../dtype.ts';
import { claimedElements } from '../files.ts';
import {
  MalformedPickle,
  PickleDictionary,
  PickleGlobal,
  PickleRecord,
  RefusedGlobal,
  shownValue,
} from '../pickle/values.ts';
import { TorchStorage, TorchTensor } from './torch-tensor.ts';

/** Items that dictionaries may be made of, over a whole file; an honest one copies none. */
const MOST_COPIED_ITEMS = 1 << 20;
const MOST_DIMENSIONS = 32;
const MOST_SHOWN = 8;

/** `torch.FloatStorage` and its like. */
const STORAGES: Readonly<Record<string, Dtype | null>> = {
  FloatStorage: 'float32',
  DoubleStorage: 'float64',
  HalfStorage: 'float16',
  BFloat16Storage: 'bfloat16',
  LongStorage: 'int64',
  IntStorage: 'int32',
  ShortStorage: 'int16',
  CharStorage: 'int8',
  ByteStorage: 'uint8',
  BoolStorage: 'bool',
  UntypedStorage: null,
};

/** The types of `torch` whose names are not NumPy's. */
const OTHER_DTYPES: Readonly<Record<string, Dtype>> = {
  half: 'float16',
  float: 'float32',
  double: 'float64',
  short: 'int16',
  int: 'int32',
  long: 'int64',
};

/** A class of storages, as a persistent id names it. */
export class TorchStorageType extends PickleGlobal {
  readonly dtype: Dtype | null;

  constructor(name: string, dtype: Dtype | null) {
    super(name);
    this.dtype = dtype;
  }
}

class TorchDtype extends PickleGlobal {
  readonly dtype: Dtype;

  constructor(name: string, dtype: Dtype) {
    super(name);
    this.dtype = dtype;
  }
}

function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}

function wrong(what: string, value: unknown): MalformedPickle {
  const shown = Array.isArray(value) ? `[${value.slice(0, MOST_SHOWN).map(shownValue).join(', ')}]` : shownValue(value);
  return new MalformedPickle(`a tensor has the ${what} ${shown}`);
}

function shapeOf(value: unknown): readonly number[] {
  if (!Array.isArray(value) || claimedElements(value) === null) throw wrong('sizes', value);
  return value as readonly number[];
}

/** Each counts for itself: where a size is 1, its stride may be any number. */
function stridesOf(value: unknown): readonly number[] {
  if (!Array.isArray(value) || value.length > MOST_DIMENSIONS || !value.every(isCount)) throw wrong('strides', value);
  return value;
}

/** `torch._utils._rebuild_tensor` and its successors: storage, offset, size, stride, and more that says nothing of values. */
function tensor(parameters: readonly unknown[]): TorchTensor {
  const [storage, offset, size, stride] = parameters;
  const type = parameters.find((parameter) => parameter instanceof TorchDtype);
  if (!(storage instanceof TorchStorage)) throw new MalformedPickle('a tensor has no storage');
  if (!isCount(offset)) throw new MalformedPickle(`a tensor begins at ${shownValue(offset)}`);
  const dtype = type?.dtype ?? storage.dtype;
  if (dtype === null) throw new MalformedPickle(`the tensor of storage '${shownValue(storage.key)}' has no type`);
  const [shape, strides] = [shapeOf(size), stridesOf(stride)];
  if (shape.length !== strides.length) {
    throw new MalformedPickle(`a tensor of ${shape.length} dimensions has ${strides.length} strides`);
  }
  const built = new TorchTensor(storage, dtype, { offset, shape, strides });
  // In numbers of the tensor's own type, which may be another than the storage's.
  const storageBytes = storage.elements * (storage.dtype === null ? 1 : DTYPE_BYTES[storage.dtype]);
  const available = Math.floor(storageBytes / DTYPE_BYTES[dtype]);
  if (built.extent + offset > available) {
    throw new MalformedPickle(
      `a tensor of shape [${shape.join(', ')}] and strides [${strides.join(', ')}] at ${offset} reaches beyond the ${available} numbers of its storage '${shownValue(storage.key)}'`,
    );
  }
  return built;
}

function first(parameters: readonly unknown[]): unknown {
  return parameters[0];
}

function nothing(): null {
  return null;
}

/** `torch._tensor._rebuild_from_type_v2(function, type, parameters, state)`: a tensor with attributes. */
function fromType([callee, , parameters]: readonly unknown[]): unknown {
  if (!(callee instanceof PickleGlobal) || callee.build !== tensor || !Array.isArray(parameters)) {
    throw new MalformedPickle('a tensor with attributes is made of no tensor');
  }
  return tensor(parameters);
}

/** Dictionaries made of lists of pairs, as Python 2 writes its ordered ones. */
function dictionaryMaker(): (parameters: readonly unknown[]) => PickleDictionary {
  let copied = 0;
  return ([items]) => {
    const dictionary = new PickleDictionary();
    if (!Array.isArray(items)) return dictionary;
    copied += items.length;
    if (copied > MOST_COPIED_ITEMS) throw new MalformedPickle(`it copies more than ${MOST_COPIED_ITEMS} items`);
    for (const item of items as readonly unknown[]) {
      if (!Array.isArray(item) || item.length !== 2) throw new MalformedPickle('an item of a dictionary is no pair');
      dictionary.entries.set(item[0], item[1]);
    }
    return dictionary;
  };
}

/** Everything that a file of weights may name, and what stands for it here; nothing of Python runs. */
function allowed(): ReadonlyMap<string, PickleGlobal> {
  const dictionary = dictionaryMaker();
  const builders: Readonly<Record<string, PickleGlobal['build']>> = {
    'collections.OrderedDict': dictionary,
    'collections.Counter': dictionary,
    'collections.defaultdict': () => new PickleDictionary(),
    'torch._utils._rebuild_tensor': tensor,
    'torch._utils._rebuild_tensor_v2': tensor,
    'torch._utils._rebuild_tensor_v3': tensor,
    'torch._utils._rebuild_parameter': first,
    'torch._utils._rebuild_parameter_with_state': first,
    'torch._tensor._rebuild_from_type_v2': fromType,
    'torch.nn.parameter.Parameter': first,
    'torch.nn.parameter.Buffer': first,
    'torch.Tensor': null,
    'torch.Size': first,
    'torch.device': nothing,
    // Settings and scores that people store beside the weights.
    'argparse.Namespace': () => new PickleRecord(),
    'numpy.dtype': nothing,
    'numpy.core.multiarray.scalar': nothing,
    'numpy._core.multiarray.scalar': nothing,
    'numpy.ndarray': null,
    'numpy.core.multiarray._reconstruct': nothing,
    'numpy._core.multiarray._reconstruct': nothing,
    '_codecs.encode': nothing,
    'builtins.list': null,
    'builtins.dict': null,
    'builtins.int': null,
    'builtins.float': null,
  };
  const found = new Map(Object.entries(builders).map(([name, build]) => [name, new PickleGlobal(name, build)]));
  for (const [name, dtype] of Object.entries(STORAGES)) {
    for (const module of ['torch', 'torch.cuda', 'torch.storage']) {
      found.set(`${module}.${name}`, new TorchStorageType(`${module}.${name}`, dtype));
    }
  }
  const dtypes = Object.keys(DTYPE_BYTES).map((name) => [name, name as Dtype] as const);
  for (const [name, dtype] of [...dtypes, ...Object.entries(OTHER_DTYPES)]) {
    found.set(`torch.${name}`, new TorchDtype(`torch.${name}`, dtype));
  }
  return found;
}

/** What a file of PyTorch's may name: each file gets its own, which counts what it copies. */
export function torchGlobals(): (module: string, name: string) => PickleGlobal {
  const known = allowed();
  return (module, name) => {
    // Python 2 and PyTorch before 0.4 wrote these under other names.
    const full = `${module === '__builtin__' ? 'builtins' : module}.${name}`;
    const found = known.get(full);
    if (found === undefined) throw new RefusedGlobal(`${module}.${name}`.slice(0, 200));
    return found;
  };
}
