/** `npm run wasm`: compiles the engine's WebAssembly into the TypeScript that holds it. */
import { writeFileSync } from 'node:fs';
import { RESAMPLE_MODULE_FILE, resampleModule } from './resample-module.ts';

writeFileSync(RESAMPLE_MODULE_FILE, await resampleModule());
