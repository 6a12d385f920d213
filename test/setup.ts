import fc from 'fast-check';
import { beforeAll, expect } from 'vitest';
import { Pin } from '../src/core/pin.ts';
import { Secret } from '../src/core/secret.ts';

// A #private field makes any two Pins equal to `toEqual`, and a test that compares them blind: compare digits.
expect.addEqualityTesters([
  (a: unknown, b: unknown): boolean | undefined => {
    if (a instanceof Pin && b instanceof Pin) return a.equals(b);
    return a instanceof Pin !== b instanceof Pin ? false : undefined;
  },
  (a: unknown, b: unknown): boolean | undefined => {
    if (a instanceof Secret && b instanceof Secret) return a.equals(b);
    return a instanceof Secret !== b instanceof Secret ? false : undefined;
  },
]);

// The same cases each time: a run says of the code what the last one said. Others, where a test doesn't name a seed itself:
// PROPERTY_SEED=$RANDOM npx vitest run src drivers simulators test/simulation
fc.configureGlobal({
  ...fc.readConfigureGlobal(),
  seed: Number(process.env['PROPERTY_SEED'] ?? 20_261_122),
  // An array of at most 60 is up to 60 long: by itself fast-check makes them of 10.
  defaultSizeToMaxWhenMaxSpecified: true,
});

// Files share a process (vitest.config.ts), and the Z-Wave driver narrows its umask for good.
process.umask(0o022);

// zwave-js puts its own in the place of vitest's, which alone knows the lines of our files (and is quicker:
// drivers/zwave/load-driver.ts). It also takes the stack of a plain object for each frame that it sends or awaits:
// looking those up in our sources was a tenth of its tests.
const stacks: unknown = Object.getOwnPropertyDescriptor(Error, 'prepareStackTrace')?.value;
const quickStacks = (of: unknown, frames: readonly NodeJS.CallSite[]): unknown =>
  of instanceof Error && typeof stacks === 'function'
    ? Reflect.apply(stacks, Error, [of, frames])
    : `Error\n${frames.map((at) => `    at ${[at.getFileName(), at.getLineNumber()].join(':')}`).join('\n')}`;
// This file runs anew for each test file of a worker.
const isQuick = typeof stacks === 'function' && stacks.name === quickStacks.name;
beforeAll(() => {
  Object.defineProperty(Error, 'prepareStackTrace', {
    value: isQuick ? stacks : quickStacks,
    configurable: true,
    enumerable: true,
    writable: true,
  });
});
