// The app that a bare Electron begins with: it runs the one whose folder is named on the command line.
const { readFileSync } = require('node:fs');
const path = require('node:path');
const { app } = require('electron');

const named = process.argv.slice(1).find((argument) => !argument.startsWith('-'));
if (named === undefined) {
  process.stderr.write('Name the folder of an app.\n');
  app.exit(2);
} else {
  const folder = path.resolve(named);
  const { name, main } = JSON.parse(readFileSync(path.join(folder, 'package.json'), 'utf8'));
  app.setName(name);
  // @ts-expect-error not in the documented API: it is how a default app says whose app it runs.
  app.setAppPath(folder);
  require(path.join(folder, main));
}
