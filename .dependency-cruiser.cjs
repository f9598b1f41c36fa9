// Which room may import which (docs/architecture.md has the picture). Everything points inward, to src/shared.
const room = (name) => `^src/engine/${name}/`;
const onlyFrom = (name, allowed) => ({
  name: `${name}-imports-inward`,
  severity: 'error',
  from: { path: room(name) },
  to: {
    path: '^src/',
    pathNot: [room(name), '^src/shared/', ...allowed.map(room)],
  },
});

module.exports = {
  forbidden: [
    { name: 'no-cycles', severity: 'error', from: { path: '^(src|scripts|bench)/' }, to: { circular: true } },
    {
      name: 'shared-imports-nothing-of-ours',
      severity: 'error',
      from: { path: '^src/shared/' },
      to: { path: '^(src/(?!shared/)|scripts/|bench/|test/)' },
    },
    onlyFrom('network', []),
    // Statistics of what a classifier made of images, of numbers alone.
    onlyFrom('evaluation', []),
    onlyFrom('numpy', []),
    onlyFrom('cache', ['numpy']),
    onlyFrom('sqlite', []),
    onlyFrom('dataset', ['sqlite']),
    onlyFrom('image', ['network', 'dataset', 'cache']),
    onlyFrom('weights', ['network', 'numpy']),
    // It reads files of strangers under the time limit that weights have.
    onlyFrom('plan-file', ['network', 'weights']),
    onlyFrom('freeze', ['network']),
    // What a plan costs follows from layers and the freeze plan alone; past runs come to it as numbers.
    onlyFrom('cost', ['network', 'freeze']),
    onlyFrom('graph', ['network', 'freeze']),
    onlyFrom('runtime', ['graph', 'network']),
    onlyFrom('training', [
      'evaluation',
      'network',
      'dataset',
      'image',
      'numpy',
      'cache',
      'weights',
      'freeze',
      'cost',
      'graph',
      'runtime',
    ]),
    onlyFrom('reference', ['network', 'graph', 'runtime']),
    // What was learnt, as others read it: a run is loaded as prediction loads it, and written with the writers of other rooms.
    onlyFrom('export', ['network', 'image', 'numpy', 'weights', 'cost', 'graph', 'runtime', 'training']),
    // The query language names layers as rules for freezing do, and suggests names as a network's are.
    onlyFrom('experiment', ['sqlite', 'freeze', 'network']),
    onlyFrom('exchange', ['experiment', 'network', 'numpy', 'training', 'weights']),
    onlyFrom('service', [
      'evaluation',
      'network',
      'dataset',
      'image',
      'numpy',
      'cache',
      'weights',
      'freeze',
      'cost',
      'graph',
      'runtime',
      'training',
      'reference',
      'sqlite',
      'experiment',
      'exchange',
      'export',
      'plan-file',
    ]),
    {
      name: 'hosts-know-only-the-service',
      severity: 'error',
      from: { path: '^src/(cli|host|main)/' },
      to: { path: '^src/engine/', pathNot: '^src/engine/service/' },
    },
    {
      name: 'renderer-knows-only-shared',
      severity: 'error',
      from: { path: '^src/(renderer|preload)/' },
      to: { path: '^src/(engine|main|host|cli)/' },
    },
    {
      name: 'no-development-packages-in-the-program',
      severity: 'error',
      // What runs inside Electron or a browser is bundled, so its packages are needed for building alone.
      from: { path: '^src/', pathNot: '^src/(main|preload|renderer)/' },
      to: { dependencyTypes: ['npm-dev'], pathNot: 'node_modules/@types/' },
    },
    {
      name: 'nothing-unresolved',
      severity: 'error',
      from: { path: '^(src|scripts|bench|test)/' },
      to: { couldNotResolve: true },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'node', 'default', 'types'] },
  },
};
