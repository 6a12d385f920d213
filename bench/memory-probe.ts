/**
 * Loaded into a process before its program (`node --expose-gc --import …`): answers `memory` from its parent with
 * where its memory is, in MB (10⁶ bytes): as it is, and what of the heap is left after a collection.
 */
process.on('message', (message) => {
  if (message !== 'memory') return;
  const { heapTotal, external } = process.memoryUsage();
  globalThis.gc?.();
  const { heapUsed } = process.memoryUsage();
  process.send?.({ heapTotalMb: heapTotal / 1e6, externalMb: external / 1e6, heapLiveMb: heapUsed / 1e6 });
});
// Only for as long as the program itself has something to do.
process.channel?.unref();
