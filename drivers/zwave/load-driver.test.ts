import { execFileSync } from 'node:child_process';
import { pathToFileURL } from 'node:url';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const module = JSON.stringify(pathToFileURL(join(import.meta.dirname, 'load-driver.ts')).href);

/** In a process that has not loaded zwave-js yet. */
const stacksAfter = (before: string): unknown => {
  const script = `
    ${before}
    const had = Object.getOwnPropertyDescriptor(Error, 'prepareStackTrace')?.value;
    const { loadDriver } = await import(${module});
    const driver = await loadDriver();
    const has = Object.getOwnPropertyDescriptor(Error, 'prepareStackTrace')?.value;
    console.log(JSON.stringify([driver.name, had === has]));
    process.exit(0);`;
  return JSON.parse(
    execFileSync(process.execPath, ['--input-type=module', '-e', script], { encoding: 'utf8' }),
  );
};

test('loading zwave-js leaves the stacks of the process as they were: no source map is parsed for each frame sent', () => {
  const kept = ['ZwaveLockDriver', true];
  expect(stacksAfter('')).toEqual(kept);
  expect(stacksAfter('Error.prepareStackTrace = (error) => String(error);')).toEqual(kept);
});
