import { enableCompileCache } from 'node:module';
import path from 'node:path';

// Before anything else is imported: compiled code is kept beside the toolchain, which halves the time to start.
const cache = process.env['THAW_CACHE'];
if (cache !== undefined && cache !== '') enableCompileCache(path.join(cache, 'toolchain', 'compiled'));

const { runCommandLine } = await import('./command-line.ts');
process.exitCode = await runCommandLine(process.argv.slice(2));
