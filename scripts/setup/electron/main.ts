/** The end of `npm run setup`: brings Electron too, trying for a current one again where another stands in. */
import { tellFailure } from '../../bootstrap/set-up-error.mjs';
import { scriptContext } from './context.ts';
import { provideElectron } from './provide.ts';

try {
  const { version, origin } = await provideElectron(scriptContext(), true);
  process.stderr.write(`Set up: Electron ${version} (${origin}).\n`);
} catch (error) {
  process.stderr.write(`${tellFailure(error)}\n`);
  process.exitCode = 1;
}
