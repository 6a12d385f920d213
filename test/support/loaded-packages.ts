import { writeFileSync } from 'node:fs';
import { registerHooks } from 'node:module';

// Preloaded (`node --import`) into a process whose test wants to know what it loads, be it by `import` or `require`:
// at its end it writes the packages' names to the file that LOADED_PACKAGES names.

const packages = new Set<string>();

registerHooks({
  load: (url, context, next) => {
    const name = /\/node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(url)?.[1];
    if (name !== undefined) packages.add(name);
    return next(url, context);
  },
});

process.on('exit', () => {
  const file = process.env['LOADED_PACKAGES'];
  if (file !== undefined) writeFileSync(file, JSON.stringify([...packages].sort()));
});
