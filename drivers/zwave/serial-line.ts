import type { ReadableStreamDefaultController } from 'node:stream/web';
import type { Serial } from '@zwave-js/serial';

const noticeError = <T>(
  controller: ReadableStreamDefaultController<T>,
  onError: () => void,
): ReadableStreamDefaultController<T> =>
  new Proxy(controller, {
    get(target, key): unknown {
      const member: unknown = Reflect.get(target, key, target);
      if (typeof member !== 'function') return member;
      return (...args: unknown[]): unknown => {
        if (key === 'error') onError();
        return Reflect.apply(member, target, args);
      };
    },
  });

/** Who wants to know of the line. */
export interface LineWatcher {
  /** True once the line must not be opened any more: zwave-js goes on trying after its Driver was destroyed. */
  isOver(): boolean;
  /** The line opened, or broke. Not called when zwave-js closes it. */
  changed(open: boolean): void;
}

/**
 * zwave-js's access to serial and TCP lines, with an eye on the line itself: zwave-js reopens a broken one
 * for about 12.5 s without telling anybody, and until then every exchange would look like a lock's failure.
 */
export const watchedSerial = (inner: Serial, watcher: LineWatcher): Serial => ({
  ...inner,
  async createFactoryByPath(path, options) {
    if (inner.createFactoryByPath === undefined) throw new Error('this platform has no serial ports');
    const openLine = await inner.createFactoryByPath(path, options);
    return async () => {
      if (watcher.isOver()) throw new Error('closing');
      const { sink, source } = await openLine();
      if (watcher.isOver()) {
        await sink.close?.();
        throw new Error('closing');
      }
      watcher.changed(true);
      const start = source.start?.bind(source);
      if (start !== undefined) {
        source.start = (controller): unknown =>
          start(
            noticeError(controller, () => {
              watcher.changed(false);
            }),
          );
      }
      return { sink, source };
    };
  },
});
