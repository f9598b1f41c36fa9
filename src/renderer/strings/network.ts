import { bytes, count, duration, percent, shape } from './format.ts';
import { isolate } from './isolate.ts';

const plural = (amount: number, one: string, many: string): string => `${count(amount)} ${amount === 1 ? one : many}`;

/** `3.2 M`: parameters, to compare at a glance. */
const millions = (amount: number): string => `${(amount / 1e6).toFixed(amount < 9.95e6 ? 1 : 0)} M`;

/** From the least to the most, or the one where they are the same. */
const range = (texts: readonly string[]): string => {
  const [first = '', last = first] = [texts[0], texts.at(-1)];
  return first === last ? first : `${first} – ${last}`;
};

/** Words of the Network view. */
export const network = {
  title: 'Network',
  lead: 'A pretrained network already knows edges, textures and parts. Choose the one to continue from.',
  ofFeatures: (file: string) =>
    `The dataset ${isolate(file)} is features of images: the network is the one that they come from. Open images to choose another.`,
  loading: 'Reading the list of networks…',
  lists: { label: 'Which networks', families: 'Families', files: 'From files', models: 'My models' },
  retry: 'Try again',
  designs: {
    mobilenet_v1: 'MobileNet v1',
    mobilenet_v1_leaky: 'MobileNet v1, LeakyReLU',
    mobilenet_v2: 'MobileNetV2',
    mobilenet_v3_small: 'MobileNetV3 small',
    mobilenet_v3_small_minimalistic: 'MobileNetV3 small, minimalistic',
    mobilenet_v3_large: 'MobileNetV3 large',
    mobilenet_v3_large_minimalistic: 'MobileNetV3 large, minimalistic',
    resnet18: 'ResNet18',
    resnet34: 'ResNet34',
    resnet50: 'ResNet50',
    resnet101: 'ResNet101',
    resnet152: 'ResNet152',
    resnet50_v2: 'ResNet50 v2',
    resnet101_v2: 'ResNet101 v2',
    resnet152_v2: 'ResNet152 v2',
    resnet_v1_50: 'ResNet50 v1',
    resnet_v1_101: 'ResNet101 v1',
    resnet_v1_152: 'ResNet152 v1',
    resnet_v2_50: 'ResNet50 v2',
    resnet_v2_101: 'ResNet101 v2',
    resnet_v2_152: 'ResNet152 v2',
    inception_v3: 'Inception v3',
    inception_resnet_v2: 'Inception-ResNet v2',
    xception: 'Xception',
    vgg16: 'VGG16',
    vgg19: 'VGG19',
    vgg_16: 'VGG16',
    vgg_19: 'VGG19',
    alexnet: 'AlexNet',
    alexnet_v2: 'AlexNet v2',
    squeezenet1_1: 'SqueezeNet 1.1',
    densenet121: 'DenseNet121',
    densenet169: 'DenseNet169',
    densenet201: 'DenseNet201',
    efficientnet_b0: 'EfficientNet B0',
    efficientnet_b1: 'EfficientNet B1',
    efficientnet_b2: 'EfficientNet B2',
    efficientnet_b3: 'EfficientNet B3',
  } as Readonly<Record<string, string>>,
  publishers: { keras: 'Keras', torch: 'PyTorch', slim: 'TF-slim' },
  list: {
    label: 'Networks',
    search: 'name, author, PyTorch…',
    shown: (shown: number, all: number) =>
      shown === all ? plural(all, 'family', 'families') : `${count(shown)} of ${plural(all, 'family', 'families')}`,
    nothing: (text: string) => `No network is called ${isolate(text)}.`,
    nothingHint: 'Search for part of a name, such as resnet, or for a publisher.',
    clear: 'Show all',
    figures: (parameters: readonly number[], sizes: readonly number[]) =>
      [
        range([...new Set(parameters)].sort((one, other) => one - other).map(millions)),
        sizes.length > 2 ? `${count(sizes.length)} input sizes` : sizes.map((size) => `${size}×${size}`).join(', '),
      ].join(' · '),
    described: (title: string, publisher: string, figures: string, weights: string) =>
      `${title}, ${publisher}: ${figures}; ${weights}`,
    weights: {
      shipped: 'weights ship with Thaw',
      here: 'weights downloaded',
      offered: 'weights to download',
      file: 'needs a weights file',
    },
  },
  model: {
    list: 'Networks from your files',
    open: 'Open a model file…',
    openHint:
      'A whole model of Keras (.h5, .keras) or tfjs (model.json) becomes a network of its own, layers and weights; a TensorFlow graph (.pb) one that stays frozen. Or drop one here.',
    opening: (file: string) => `Opening ${isolate(file)}…`,
    none: 'What you open stands here, to be chosen again.',
    about: (file: string, parameters: number, sizes: readonly number[]) =>
      `${file} · ${parameters < 50_000 ? count(parameters) : millions(parameters)} · ${shape(sizes.slice(0, 2))}`,
    described: (title: string, about: string, state: string) => `${title}: ${about}; ${state}`,
    here: 'its file is there',
    fileGone: 'its file is gone',
    refused: (file: string) => `${isolate(file)} is not opened as a network`,
    dismiss: 'Dismiss',
    fromFile: 'from your file',
    classifier: 'Own classifier',
    classes: (classes: number) => `${plural(classes, 'class', 'classes')}, replaced by a new head`,
    training: 'Training',
    frozen: 'none: a TensorFlow graph is computed as it came, op by op; a new head is trained upon it',
    file: 'File',
    gone: (path: string) => `${path}, which is gone: runs that it began go on without it`,
    opened: 'Opened',
    pixels: {
      label: 'Pixels',
      hint: 'What the model’s author made of pixels: where the file does not say it, nobody but you can.',
      own: 'As the model scales them, or −1 to 1',
      signed: '−1 to 1',
      unit: '0 to 1',
      raw: '0 to 255',
      caffe: 'Blue, green, red without ImageNet’s mean',
      imagenet: 'By ImageNet’s mean and deviation',
    },
  },
  models: {
    list: 'My models',
    search: 'Search my models',
    placeholder: 'name, network, dataset…',
    shown: (shown: number, all: number) =>
      shown === all
        ? plural(all, 'finished run', 'finished runs')
        : `${count(shown)} of ${plural(all, 'finished run', 'finished runs')}`,
    none: 'Every run that finishes stands here, to go on from its best checkpoint.',
    nothing: (text: string) => `No finished run is called ${isolate(text)}, or had that network or dataset.`,
    about: (name: string, dataset: string, accuracy: number | null, when: string) =>
      [name, isolate(dataset), ...(accuracy === null ? [] : [percent(accuracy)]), when].join(' · '),
  },
  lineage: {
    title: 'Where these weights come from',
    open: (name: string) => `Show ${name}`,
    run: (dataset: string, when: string) => `trained on ${isolate(dataset)}, ${when}`,
    file: (path: string) => `Began with the file ${isolate(path)}`,
    shipped: 'Began with the weights that ship with Thaw',
    fused: (parts: number) => `Began with weights of its ${parts} networks each`,
    none: 'Began with random weights',
    gone: (runId: string) => `Began with run ${runId}, which is no longer in the log`,
    earlier: 'Began with runs before these',
  },
  layers: {
    title: 'Layers',
    reading: 'Reading the layers…',
    block: (layers: number, parameters: number) =>
      [plural(layers, 'layer', 'layers'), ...(parameters === 0 ? [] : [`${count(parameters)} parameters`])].join(' · '),
    layer: 'Layer',
    kind: 'Kind',
    output: 'Output',
    parameters: 'Parameters',
  },
  chosen: {
    label: 'Chosen network',
    none: 'No network is chosen',
    noneHint: 'Choose one from the list: what it is and where its weights come from is told here.',
    width: 'Width',
    size: 'Input size',
    sized: (size: number) => `${size}×${size}`,
    publishedSizes: 'Published input sizes',
    pixels: 'pixels a side',
    sizeRange: (least: number, most: number) => `Any size from ${least} to ${most}.`,
    sizeWrong: (least: number, most: number, typed: string) =>
      `A size is a whole number from ${least} to ${most}; received ${isolate(typed.trim() === '' ? 'nothing' : typed)}.`,
    /** @param once what computing the features takes before the first epoch; null where nothing is computed once */
    consequence: (size: string, once: string | null, epoch: string | null, memory: string) =>
      [
        `At ${size}, estimated: `,
        once === null ? '' : `${once} once for features, then `,
        epoch === null ? '' : `${epoch} an epoch, `,
        `${memory} of memory.`,
      ].join(''),
    parameters: 'Parameters',
    input: 'Input',
    layers: 'Layers',
    source: 'Source',
    aliases: 'Also called',
    shape,
    count,
    layersOf: (layers: number, blocks: number) => `${count(layers)} in ${plural(blocks, 'block', 'blocks')}`,
  },
  weights: {
    title: 'Weights',
    label: 'Where the weights come from',
    use: 'Use',
    useNamed: (name: string) => `Use ${name}`,
    inUse: 'In use',
    shipped: 'Shipped with Thaw',
    shippedHint: 'Ready at once, also offline.',
    none: 'None yet. Download what its publisher offers, choose a file, or begin from a run.',
    noneOffered: 'None yet. Choose the file that its publisher offers, or begin from a run.',
    scratch: 'None: the strategy Scratch begins from random weights. Using weights turns it into Fine-tune.',
    runs: 'My models',
    noRuns: 'A finished run of this network stands here, to go on from its best checkpoint.',
    run: (dataset: string, when: string, accuracy: number | null, strategy: string) =>
      [isolate(dataset), strategy, ...(accuracy === null ? [] : [`validation ${percent(accuracy)}`]), when].join(' · '),
    moreRuns: (hidden: number) => `Show ${plural(hidden, 'older run', 'older runs')}`,
    published: 'From the publisher',
    noPublished: 'No publisher states weights of this network at this size.',
    reading: 'Reading what publishers offer…',
    file: 'From a file',
    chosenFile: 'Chosen by you',
    chooseFile: 'Choose a file…',
    asNetwork: 'Open as a network',
    asNetworkHint: 'If this file holds a whole model, its own layers can be the network.',
    formats:
      'Or drop one here: Keras .h5 and .keras, PyTorch .pth and .pt, safetensors, NumPy .npz, TensorFlow checkpoints, SavedModels and graphs, tfjs model.json.',
    ready: 'Ready to train with it.',
    toTrain: 'Continue to Train',
    entry: {
      classes: (classes: number | null) =>
        classes === null ? 'without a classifier' : `classifier of ${plural(classes, 'class', 'classes')}`,
      size: (mebibytes: number | null) => (mebibytes === null ? 'size not stated' : bytes(mebibytes * 1024 ** 2)),
      licence: (licence: string) => `licence ${licence}`,
      unverified: 'unverified',
      unverifiedHint: 'Its publisher states no hash: nobody can tell whether what comes is the file that was meant.',
      here: 'on this machine',
    },
    download: {
      get: 'Download',
      getNamed: (name: string) => `Download ${name}`,
      resume: 'Resume',
      resumeNamed: (name: string) => `Resume the download of ${name}`,
      cancel: 'Cancel',
      label: (name: string) => `Downloading ${isolate(name)}`,
      connecting: 'connecting…',
      bytes: (done: number, total: number) => (total > 0 ? `${bytes(done)} of ${bytes(total)}` : bytes(done)),
      rate: (perSecond: number) => `${bytes(perSecond)}/s`,
      left: (seconds: number) => `${duration(seconds)} left`,
      broken: (done: number, total: number) =>
        done > 0 && total > 0
          ? `Ended at ${bytes(done)} of ${bytes(total)}; what has come is kept.`
          : 'Ended; what has come is kept.',
    },
  },
  mapping: {
    title: 'What each tensor gets',
    reading: 'Reading the names in the file…',
    /** The first line: how much is loaded, and then what is not. */
    summary: (counts: { loaded: number; shape: number; missing: number; unexpected: number }, expected: number) => {
      const rest = [
        counts.missing > 0 ? `${count(counts.missing)} missing` : '',
        counts.shape > 0 ? `${count(counts.shape)} of another shape` : '',
        counts.unexpected > 0 ? `${count(counts.unexpected)} not used` : '',
      ].filter(Boolean);
      const loaded =
        counts.loaded === expected
          ? `All ${plural(expected, 'tensor', 'tensors')} loaded`
          : `${count(counts.loaded)} of ${plural(expected, 'tensor', 'tensors')} loaded`;
      return rest.length === 0 ? `${loaded}.` : `${loaded}; ${rest.join(', ')}.`;
    },
    about: (format: string, framework: string | null) => (framework === null ? format : `${format}, ${framework}`),
    mend: 'Rules below can give the file’s tensors the names that the network looks for.',
    states: { loaded: 'Loaded', shape: 'Other shape', missing: 'Missing', unexpected: 'Not used' },
    stateHints: {
      loaded: 'The file has it, in the right shape.',
      shape: 'The file has it in another shape: it is left out.',
      missing: 'The file has nothing of that name.',
      unexpected: 'Stands in the file alone; the network has no place for it.',
    },
    filter: 'Which tensors',
    all: 'All',
    counted: (label: string, amount: number) => `${label} ${count(amount)}`,
    search: 'Find a tensor',
    listed: (shown: number, all: number) =>
      shown === all ? plural(all, 'tensor', 'tensors') : `${count(shown)} of ${plural(all, 'tensor', 'tensors')}`,
    save: 'Save as CSV',
    table: 'Tensors of the network and of the file',
    columns: {
      state: 'State',
      tensor: 'Tensor of the network',
      shape: 'Shape',
      stored: 'Tensor in the file',
      storedShape: 'Its shape',
      order: 'Axes',
    },
    asStored: 'as stored',
    transposed: (order: readonly number[]) => `transposed ${order.join(' ')}`,
    scalar: 'scalar',
    none: '—',
    nothing: 'No tensor fits the filter.',
  },
  rules: {
    title: 'Rules for names',
    hint: 'Applied to every name in the file, from the first rule to the last. The table shows what they lead to.',
    none: 'None: names are looked for as the file has them, and as their framework writes them.',
    kind: (place: number) => `Kind of rule ${place}`,
    kinds: {
      strip: 'Strip prefix',
      add: 'Add prefix',
      replace: 'Replace',
      only: 'Only names with',
      not: 'Not names with',
    },
    text: (place: number) => `Text of rule ${place}`,
    replacement: (place: number) => `What rule ${place} puts in its place`,
    placeholders: {
      strip: 'backbone.',
      add: 'model/',
      replace: '^features\\.(\\d+)',
      only: '^backbone',
      not: 'momentum$',
    },
    replacementPlaceholder: 'block$1',
    add: 'Add a rule',
    suggest: (prefix: string) => `Strip ${prefix}`,
    suggestHint: 'So begin the names in the file that are not used.',
    earlier: (place: number) => `Rule ${place} earlier`,
    later: (place: number) => `Rule ${place} later`,
    remove: (place: number) => `Remove rule ${place}`,
    apply: 'Apply to the plan',
    discard: 'Discard changes',
    unapplied: 'Not in the plan yet.',
    applied: 'The plan begins with these rules.',
    invalid: 'No expression: ',
  },
  lastLoad: (run: string) => `What became of each tensor in ${run}`,
} as const;
