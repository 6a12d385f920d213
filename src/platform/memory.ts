import { setFlagsFromString } from 'node:v8';

/**
 * Tells V8 to prefer memory over speed. The bridge mostly waits for radios; left alone, V8 lets garbage pile up as
 * far as the machine allows, which on a hub is somebody else's memory (measured with `npm run bench`: 258 to 371 MB
 * resident over 300 set/clear cycles without, 173 to 188 with it, at the same pace). To be called before the heap has
 * grown.
 */
export const preferLittleMemory = (): void => {
  setFlagsFromString('--optimize-for-size');
  // The young generation stays at its initial size instead of doubling.
  setFlagsFromString('--semi-space-growth-factor=1');
};
