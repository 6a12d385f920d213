import { once } from 'node:events';
import net from 'node:net';
import { afterEach, expect, onTestFinished, test, vi } from 'vitest';
import { SerialFramer, SerialLine } from './serial-line.ts';

const lines: SerialLine[] = [];
afterEach(async () => {
  for (const line of lines.splice(0)) await line.close();
});

const openLine = async (frame: (frame: Uint8Array) => void): Promise<SerialLine> => {
  const line = new SerialLine({
    frame: (bytes) => {
      frame(bytes);
      return Promise.resolve();
    },
    connection: () => undefined,
  });
  lines.push(line);
  await line.open(0);
  return line;
};

/** Like `once(socket, 'close')`, but a reset on the way is no failure. */
const closing = (socket: net.Socket): Promise<void> =>
  new Promise((resolve) => {
    socket
      .on('error', () => undefined)
      .once('close', () => {
        resolve();
      });
  });

test('frames come out whole however the bytes were cut', () => {
  const bytes = Uint8Array.of(0x06, 0x01, 3, 0, 2, 0xfe, 0x15, 0x01, 4, 0, 2, 9, 0xf0);
  const whole = new SerialFramer().push(bytes).map((frame) => [...frame]);
  expect(whole).toEqual([[0x06], [0x01, 3, 0, 2, 0xfe], [0x15], [0x01, 4, 0, 2, 9, 0xf0]]);
  const framer = new SerialFramer();
  const cut = [...bytes].flatMap((byte) => framer.push(Uint8Array.of(byte))).map((frame) => [...frame]);
  expect(cut).toEqual(whole);
});

test('bytes that belong to no frame are skipped', () => {
  const frames = new SerialFramer().push(Uint8Array.of(0x0a, 0xff, 0x06));
  expect(frames.map((frame) => [...frame])).toEqual([[0x06]]);
});

test('a newcomer takes the line from a client that went without a word', async () => {
  const frames: number[][] = [];
  const line = await openLine((frame) => frames.push([...frame]));
  const first = net.connect(line.port, '127.0.0.1');
  await once(first, 'connect');
  first.write(Uint8Array.of(0x01, 9, 9));
  const closed = closing(first);
  const second = net.connect(line.port, '127.0.0.1');
  await once(second, 'connect');
  await closed;
  second.write(Uint8Array.of(0x01, 3, 0, 2, 0xfe));
  await vi.waitFor(
    () => {
      expect(frames).toEqual([[0x01, 3, 0, 2, 0xfe]]);
    },
    { timeout: 30_000 },
  );
  second.destroy();
});

test('an answer to a client that has gone does not reach the next one', async () => {
  const gate = Promise.withResolvers<undefined>();
  const written: Promise<void>[] = [];
  const line = await openLine(() => {
    written.push(
      gate.promise.then(() => {
        line.write(Uint8Array.of(0x18));
      }),
    );
  });
  const first = net.connect(line.port, '127.0.0.1');
  first.write(Uint8Array.of(0x01, 3, 0, 2, 0xfe));
  await vi.waitFor(
    () => {
      expect(written).toHaveLength(1);
    },
    { timeout: 30_000 },
  );
  const second = net.connect(line.port, '127.0.0.1');
  await closing(first);
  gate.resolve(undefined);
  await written[0];
  line.write(Uint8Array.of(0x06));
  const [data] = (await once(second, 'data')) as unknown[];
  expect(data).toEqual(Buffer.of(0x06));
  second.destroy();
});

test('nobody on the line: an acknowledgement is not waited for', async () => {
  const line = await openLine(() => undefined);
  // Time stands still.
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  onTestFinished(() => {
    vi.useRealTimers();
  });
  await line.acknowledged();
});

test('a stick that hangs keeps its line open, takes nothing in and says nothing', async () => {
  const frames: number[][] = [];
  const line = await openLine((frame) => frames.push([...frame]));
  const client = net.connect(line.port, '127.0.0.1');
  await once(client, 'connect');
  line.mute(true);
  client.write(Uint8Array.of(0x01, 3, 0, 2, 0xfe));
  await vi.waitFor(
    () => {
      expect(line.connected).toBe(true);
    },
    { timeout: 30_000 },
  );
  line.write(Uint8Array.of(0x18));
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect(frames).toEqual([]);
  line.mute(false);
  line.write(Uint8Array.of(0x06));
  const [data] = (await once(client, 'data')) as unknown[];
  expect(data).toEqual(Buffer.of(0x06));
  client.write(Uint8Array.of(0x01, 3, 0, 3, 0xff));
  await vi.waitFor(
    () => {
      expect(frames).toEqual([[0x01, 3, 0, 3, 0xff]]);
    },
    { timeout: 30_000 },
  );
  client.destroy();
});
