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

/**
 * zwave-js's access to serial and TCP lines, with an eye on the line itself: zwave-js reopens a broken one
 * for about 12.5 s without telling anybody, and until then every exchange would look like a lock's failure.
 * @param onLine called with true when the line opens, with false when it breaks (not when zwave-js closes it).
 */
export const watchedSerial = (inner: Serial, onLine: (open: boolean) => void): Serial => ({
  ...inner,
  async createFactoryByPath(path, options) {
    if (inner.createFactoryByPath === undefined) throw new Error('this platform has no serial ports');
    const openLine = await inner.createFactoryByPath(path, options);
    return async () => {
      const { sink, source } = await openLine();
      onLine(true);
      const start = source.start?.bind(source);
      if (start !== undefined) {
        source.start = (controller): unknown =>
          start(
            noticeError(controller, () => {
              onLine(false);
            }),
          );
      }
      return { sink, source };
    };
  },
});
