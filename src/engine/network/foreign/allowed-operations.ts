import { ThawError } from '../../../shared/errors/thaw-error.ts';

/** Ops whose outputs follow from their inputs alone: nothing is drawn, kept, read, written or called. */
const ALLOWED: ReadonlySet<string> = new Set(
  `Abs Add AddN AddV2 ArgMax AvgPool BatchMatMul BatchMatMulV2 BatchMatMulV3 BatchToSpaceND BiasAdd BiasAddV1 BroadcastTo
  Cast Ceil ClipByValue Concat ConcatV2 Const Conv2D Conv2DBackpropInput DepthToSpace DepthwiseConv2dNative Div DivNoNan
  Einsum Elu Equal Erf Exp ExpandDims Fill Floor FloorDiv FloorMod FusedBatchNorm FusedBatchNormV2 FusedBatchNormV3 Gather
  GatherV2 Greater GreaterEqual Identity InvertPermutation LRN LeakyRelu Less LessEqual Log Log1p LogSoftmax LogicalAnd
  LogicalNot LogicalOr MatMul Max MaxPool MaxPoolV2 Maximum Mean Min Minimum MirrorPad Mul MulNoNan Neg NotEqual OnesLike
  Pack Pad PadV2 Pow PreventGradient Prod Range Rank RealDiv Reciprocal Relu Relu6 Reshape ResizeBilinear
  ResizeNearestNeighbor ReverseV2 Round Rsqrt Select SelectV2 Selu Shape ShapeN Sigmoid Sign Size Slice Snapshot Softmax
  Softplus Softsign SpaceToBatchND SpaceToDepth Split SplitV Sqrt Square SquaredDifference Squeeze StopGradient StridedSlice
  Sub Sum Tanh Tile Transpose Unpack Xdivy ZerosLike`.split(/\s+/),
);

/** Why ops of a kind are refused; the first that fits is told. */
const REASONS: readonly (readonly [RegExp, string])[] = [
  [/^(?:Eager)?PyFunc/, 'calls Python'],
  [/File|^Save|^Restore|^MergeV2|Reader|Summary|Dataset|Iterator|Print|Checkpoint/, 'reads or writes files'],
  [/^Decode|^Encode|^Parse/, 'takes bytes of files instead of pixels'],
  [/Random|Multinomial|Dropout|Uniform|Normal/, 'draws numbers by chance'],
  [
    /^(?:Switch|Merge|Enter|Exit|NextIteration|LoopCond|If|While|Case|StatelessIf|StatelessWhile|RefSwitch)$/,
    'branches or loops',
  ],
  [/Variable|Assign|Table|Queue|Stack|TensorArray|TensorList|Hash|Lookup/, 'keeps a state'],
  [/Placeholder/, 'waits for one more input'],
];

/** An op of a graph, and its place. */
interface Placed {
  readonly op: string;
  readonly name: string;
}

/**
 * Refuses what is not computed here; of several ops the one that would do most is told.
 *
 * @throws ThawError `network.invalid`, naming the op and its place
 */
export function assertAllowed(nodes: Iterable<Placed>): void {
  const refused = [...nodes]
    .filter(({ op }) => !ALLOWED.has(op))
    .map((node) => ({ ...node, reason: REASONS.find(([pattern]) => pattern.test(node.op))?.[1] ?? null }));
  const worst = REASONS.flatMap(([, reason]) => refused.find((node) => node.reason === reason) ?? [])[0] ?? refused[0];
  if (!worst) return;
  throw new ThawError(
    'network.invalid',
    `Of a graph from elsewhere only ops are computed whose outputs follow from their inputs; '${worst.op}' of '${worst.name}' ${worst.reason ?? 'is none of those that are'}.`,
    'Choose as output a tensor that does not depend on it, or export the model again without it.',
  );
}
