import process from 'node:process';
import { ThawError } from '../../shared/errors/thaw-error.ts';
import type { Kernels } from '../graph/graph.ts';
import { presentGpu } from './nvidia.ts';
import { readToolchain } from './toolchain.ts';

/** A tensor in TensorFlow's hands, as the binding describes an output. */
interface NativeTensor {
  readonly id: number;
  readonly shape: number[];
  readonly dtype: number;
}

export type NativeData = Float32Array | Int32Array | Uint8Array;

/**
 * What we call of the N-API binding that `@tensorflow/tfjs-node-gpu` compiles (`binding/tfjs_binding.cc`). Types are numbers
 * of `types.proto`; op names are `name:index`, joined by commas. Every tensor created or returned must be deleted.
 */
export interface Binding {
  readonly TF_Version: string;
  isUsingGpuDevice(): boolean;
  /** Shares the array's memory where its address suits TensorFlow, otherwise copies; strings are always copied. */
  createTensor(shape: readonly number[], dtype: number, data: NativeData | readonly Uint8Array[]): number;
  deleteTensor(id: number): void;
  /** A copy. Knows float32, int32, int64, bool, string and resource only. */
  tensorDataSync(id: number): unknown;
  /** @param tags joined by commas */
  loadSavedModel(directory: string, tags: string): number;
  deleteSavedModel(id: number): void;
  /** A run that fails leaks the memory of what it was fed. */
  runSavedModel(id: number, inputs: readonly number[], inputNames: string, outputNames: string): NativeTensor[];
  getNumOfTensors(): number;
}

/** Settings that TensorFlow reads once, when it is loaded; what the user has set stays. */
const ENVIRONMENT = {
  // Errors come back as exceptions; information and warnings would break progress bars.
  TF_CPP_MIN_LOG_LEVEL: '2',
  // Otherwise TensorFlow takes all memory of a GPU at once.
  TF_FORCE_GPU_ALLOW_GROWTH: 'true',
  // cuDNN's way for BatchNorm that keeps a channel on the chip, which PyTorch takes as well: a step of ResNet50 in bfloat16
  // takes two thirds of the time.
  TF_USE_CUDNN_BATCHNORM_SPATIAL_PERSISTENT: '1',
  // As nvidia-smi counts; by itself CUDA puts the fastest first.
  CUDA_DEVICE_ORDER: 'PCI_BUS_ID',
  // A session computes on one GPU, and TensorFlow would take some memory of each.
  CUDA_VISIBLE_DEVICES: '0',
  // By itself TensorFlow uses oneDNN only where a processor has instructions for neural networks; with AVX2 alone it makes
  // MobileNets learn up to twice as fast all the same. Where a build has no oneDNN this says nothing.
  TF_ENABLE_ONEDNN_OPTS: '1',
} as const;

let loaded: Binding | null = null;

/**
 * The native binding, loaded at its first use; it takes 0.2 s.
 *
 * @throws ThawError `runtime.missing` when there is none, or it cannot be loaded
 */
export function loadBinding(): Binding {
  if (loaded) return loaded;
  const { binding } = readToolchain();
  for (const [name, value] of Object.entries(ENVIRONMENT)) process.env[name] ??= value;
  const target: { exports: Partial<Binding> } = { exports: {} };
  try {
    process.dlopen(target, binding.path);
  } catch (cause) {
    const found = cause instanceof Error ? cause.message : String(cause);
    throw new ThawError(
      'runtime.missing',
      `TensorFlow's Node binding must be loadable: ${found}.`,
      'Run `npm run setup`, which builds it anew.',
      { cause },
    );
  }
  loaded = complete(target.exports, binding.path);
  return loaded;
}

const NAMES = [
  'TF_Version',
  'isUsingGpuDevice',
  'createTensor',
  'deleteTensor',
  'tensorDataSync',
  'loadSavedModel',
  'deleteSavedModel',
  'runSavedModel',
  'getNumOfTensors',
] as const satisfies readonly (keyof Binding)[];

function complete(exports: Partial<Binding>, path: string): Binding {
  const lacking = NAMES.filter((name) => exports[name] === undefined);
  if (lacking.length === 0) return exports as Binding;
  throw new ThawError(
    'runtime.missing',
    `TensorFlow's Node binding must be that of tfjs-node-gpu 4.22; ${path} lacks ${lacking.join(', ')}.`,
    'Run `npm run setup`, which builds it anew.',
  );
}

export interface DeviceInformation {
  /** Its version. */
  readonly tensorflow: string;
  readonly gpu: boolean;
  readonly kernels: Kernels;
  /** The GPU's; null without one, and where its driver does not tell. */
  readonly gpuMemory: { readonly totalBytes: number; readonly freeBytes: number } | null;
  /** For people, and for what depends on the last bits. */
  readonly device: string;
}

/**
 * What computes here; loads TensorFlow.
 *
 * @throws ThawError `runtime.missing` when it cannot be loaded
 */
export function deviceInformation(): DeviceInformation {
  const binding = loadBinding();
  const gpu = binding.isUsingGpuDevice();
  const present = gpu ? presentGpu() : null;
  // Builds for other processors have no oneDNN, or one of their own.
  const usesOneDnn = !gpu && process.arch === 'x64' && process.env['TF_ENABLE_ONEDNN_OPTS'] !== '0';
  return {
    tensorflow: binding.TF_Version,
    gpu,
    kernels: gpu ? 'cuDNN' : usesOneDnn ? 'oneDNN' : 'other',
    gpuMemory: present && { totalBytes: present.totalBytes, freeBytes: present.freeBytes },
    device: gpu ? ['GPU', ...(present ? [present.name] : [])].join(', ') : usesOneDnn ? 'CPU, oneDNN' : 'CPU',
  };
}
