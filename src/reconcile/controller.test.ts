import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ControllerBench } from '../../test/support/controller-bench.ts';
import { capabilities, codeId, occupied, standing, unmanagedId } from '../../test/support/lock-states.ts';
import { describeLock } from '../../test/support/scripted-driver.ts';
import { LockAddress } from '../core/ids.ts';
import type { Capabilities } from '../core/model.ts';
import { unknownSlot } from '../core/slots.ts';

let bench: ControllerBench;
beforeEach(() => {
  bench = new ControllerBench();
});
afterEach(async () => {
  await bench[Symbol.asyncDispose]();
});

describe("a lock's id", () => {
  test('stays when its DSK becomes known later, and is found by either identity after that', async () => {
    await bench.start();
    const { deviceId } = bench.device;
    await bench.describe({ identities: ['scripted:dsk:77', 'scripted:home:1'] });
    expect(bench.device).toMatchObject({ deviceId, identities: ['scripted:dsk:77', 'scripted:home:1'] });
    await bench.describe({ identities: ['scripted:home:1'] });
    expect(bench.device.identities, 'a strong name is not forgotten').toContain('scripted:dsk:77');
  });

  test('stays when it is included again under another address', async () => {
    bench.driver.descriptions = [describeLock({ identities: ['scripted:dsk:77', 'scripted:home:1'] })];
    await bench.start();
    const { deviceId } = bench.device;
    const address = LockAddress('scripted:9');
    await bench.describe({ address, identities: ['scripted:dsk:77', 'scripted:home:9'] });
    expect(bench.device).toMatchObject({ deviceId, address });
  });

  test('is not taken over by another lock that gets its node number (FIELD-BUGS 31)', async () => {
    await bench.start();
    await bench.describe({ identities: ['scripted:dsk:77', 'scripted:home:1'] });
    const old = bench.device;
    await bench.describe({ identities: ['scripted:dsk:88', 'scripted:home:1'] });
    const [before, after] = bench.store.devices();
    expect(before).toMatchObject({ deviceId: old.deviceId, online: false });
    expect(before?.address, 'nothing is sent there in its name').not.toBe(old.address);
    expect(after).toMatchObject({ address: old.address, online: true });
    expect(after?.deviceId).not.toBe(old.deviceId);
  });

  test('stays over a restart, and is not the id of another lock', async () => {
    await bench.start();
    const { deviceId } = bench.device;
    await bench.restart();
    expect(bench.device.deviceId).toBe(deviceId);
    bench.driver.descriptions = [
      ...bench.driver.descriptions,
      describeLock({ address: LockAddress('scripted:2'), identities: ['scripted:home:2'] }),
    ];
    bench.driver.emit({ kind: 'locks' });
    await bench.clock.advance(0);
    expect(new Set(bench.store.devices().map((one) => one.deviceId)).size).toBe(2);
  });
});

describe('what is known of a lock', () => {
  test("has the name from the config, else the driver's", async () => {
    await bench.start();
    expect(bench.device.name).toBe('Lock 1');
    bench.settings = { name: 'Front door' };
    await bench.describe({ battery: 0.5 });
    expect(bench.device.name).toBe('Front door');
  });

  test('stays while the driver does not know it any more, after a restart for example (FIELD-BUGS 23)', async () => {
    const able = capabilities();
    bench.driver.tell = () => Promise.resolve(able);
    bench.driver.descriptions = [describeLock({ battery: 0.8, locked: true, model: 'X', manufacturer: 'Y' })];
    await bench.start();
    bench.driver.tell = () => Promise.resolve(undefined);
    bench.driver.descriptions = [describeLock()];
    await bench.restart();
    expect(bench.device).toMatchObject({
      capabilities: able,
      battery: 0.8,
      locked: true,
      model: 'X',
      manufacturer: 'Y',
    });
  });

  test('that it masks its codes is not forgotten because it claims otherwise (FIELD-BUGS 2)', async () => {
    const tells: Capabilities[] = [capabilities({ readBack: 'masked' }), capabilities({ readBack: 'full' })];
    bench.driver.tell = () => Promise.resolve(tells.shift() ?? capabilities());
    await bench.start();
    await bench.describe({ battery: 0.5 });
    expect(bench.device.capabilities?.readBack).toBe('masked');
  });

  test('by trying it out beats what it claims, after a restart too', async () => {
    bench.driver.tell = () => Promise.resolve(capabilities({ duplicateCheck: false }));
    await bench.start();
    bench.store.putDevice({
      ...bench.device,
      calibration: { at: 1, duplicateCheck: true, codeLengths: [4] },
    });
    await bench.restart();
    expect(bench.device.capabilities).toMatchObject({ duplicateCheck: true, codeLengths: [4] });
    await bench.describe({ battery: 0.5 });
    expect(bench.device).toMatchObject({ capabilities: { codeLengths: [4] }, calibration: { at: 1 } });
  });

  test('is what was told last, even if an interview of another lock was slow meanwhile (FIELD-BUGS 16)', async () => {
    const second = LockAddress('scripted:2');
    bench.driver.descriptions = [
      describeLock(),
      describeLock({ address: second, identities: ['scripted:home:2'] }),
    ];
    await bench.start();
    let answer = (): void => undefined;
    bench.driver.tell = () =>
      new Promise((resolve) => {
        answer = () => {
          resolve(undefined);
        };
      });
    bench.driver.emit({ kind: 'locks' });
    await bench.clock.advance(0);
    bench.driver.tell = () => Promise.resolve(undefined);
    bench.driver.descriptions = [
      describeLock(),
      describeLock({ address: second, identities: ['scripted:home:2'], online: false }),
    ];
    bench.driver.emit({ kind: 'locks' });
    await bench.clock.advance(0);
    answer();
    await bench.clock.advance(0);
    expect(bench.store.devices().find((one) => one.address === second)?.online).toBe(false);
    expect(bench.types('device.disconnected')).toHaveLength(1);
    expect(bench.types('device.connected'), 'two locks, once each').toHaveLength(2);
  });

  test('slots to use are its own within those of the config, and none while it is unknown', async () => {
    await bench.start();
    expect(bench.controller.usableSlots(bench.device)).toEqual([]);
    bench.settings = { slots: { first: 2, last: 4 } };
    const able = capabilities({ slots: { first: 1, last: 9 }, reservedSlots: [3] });
    expect(bench.controller.usableSlots({ ...bench.device, capabilities: able })).toEqual([2, 4]);
  });
});

describe('events of a lock', () => {
  test('say once that it was added and connected, not again after a restart', async () => {
    await bench.start();
    await bench.restart();
    expect(bench.types('device.')).toEqual(['device.added', 'device.connected']);
  });

  test('say once that it went away and once that it came back', async () => {
    await bench.start();
    for (const online of [false, false, true, true]) await bench.describe({ online });
    expect(bench.types('device.').slice(2)).toEqual(['device.disconnected', 'device.connected']);
  });

  test('remember since when it has been away, over a restart too', async () => {
    await bench.start();
    const since = bench.clock.now();
    await bench.describe({ online: false });
    await bench.clock.advance(60_000);
    await bench.describe({ online: false, battery: 0.4 });
    await bench.restart();
    expect(bench.device).toMatchObject({ online: false, battery: 0.4, offlineSince: since });
    await bench.describe({ online: true });
    expect(bench.device.offlineSince).toBeUndefined();
  });

  test('say once that its battery is low, and again only after it was not', async () => {
    await bench.start();
    for (const battery of [0.5, 0.2, 0.19, 0.1, undefined, 0.9, 0.05]) await bench.describe({ battery });
    expect(bench.types('device.low_battery')).toHaveLength(2);
    expect(bench.events.find((event) => event.eventType === 'device.low_battery')?.payload).toMatchObject({
      battery_level: 0.19,
    });
  });

  test('say that its keypad is locked out (FIELD-BUGS 30)', async () => {
    await bench.start();
    bench.driver.emit({ kind: 'keypad_lockout', address: bench.device.address });
    expect(bench.events.at(-1)).toMatchObject({
      eventType: 'lock.access_denied',
      deviceId: bench.device.deviceId,
    });
  });

  test('say whose code opened it, ours or not, by the slot it names', async () => {
    await bench.start();
    const before = bench.store.lockState(bench.device.deviceId);
    const foreign = { ...unknownSlot(2), state: occupied('9999'), unmanagedId: unmanagedId(1) };
    const slots = new Map([standing(1, codeId(1), '1234'), foreign].map((one) => [one.slot, one]));
    bench.store.putLockState(before, { ...before, slots });
    for (const slot of [1, 2, 3, undefined])
      bench.driver.emit({
        kind: 'access',
        address: bench.device.address,
        action: 'unlocked',
        method: 'keycode',
        slot,
      });
    expect(
      bench.events
        .slice(-4)
        .map(({ accessCodeId, payload }) => [accessCodeId, payload['access_code_is_managed']]),
    ).toEqual([
      [codeId(1), true],
      [unmanagedId(1), false],
      [undefined, undefined],
      [undefined, undefined],
    ]);
  });

  test('of a lock that nobody knows are nothing', async () => {
    await bench.start();
    const before = bench.store.lastSeq();
    const address = LockAddress('scripted:99');
    bench.driver.emit({ kind: 'access', address, action: 'unlocked', method: 'keycode', slot: 1 });
    bench.driver.emit({ kind: 'keypad_lockout', address });
    bench.driver.emit({ kind: 'slot', address, slot: 1 });
    bench.driver.emit({ kind: 'reachable', address });
    expect(bench.store.lastSeq()).toBe(before);
  });
});

test('a lock that its radio no longer knows is out of reach, said once, and back when it is known again', async () => {
  await bench.start();
  const before = bench.types().length;
  const descriptions = bench.driver.descriptions;
  for (const known of [[], [], descriptions]) {
    bench.driver.descriptions = known;
    bench.driver.emit({ kind: 'locks' });
    await bench.clock.advance(0);
    expect(bench.device.online).toBe(known.length > 0);
  }
  expect(bench.types().slice(before)).toEqual(['device.disconnected', 'device.connected']);
});

test('news that cannot be stored does not end in the driver, and the locks are looked at again', async () => {
  await bench.start();
  const { address } = bench.device;
  const append = bench.store.appendEvent.bind(bench.store);
  Object.assign(bench.store, {
    appendEvent: (): number => {
      throw new Error('disk full');
    },
  });
  bench.driver.emit({ kind: 'keypad_lockout', address });
  await bench.describe({ online: false });
  expect(bench.device.online).toBe(true);
  expect(bench.bed.logged).toHaveLength(2);
  Object.assign(bench.store, { appendEvent: append });
  await bench.clock.advance(60_000);
  expect(bench.device.online).toBe(false);
  expect(bench.types('device.disconnected')).toHaveLength(1);
});

test('a radio that comes and goes is told with what its driver says of it', async () => {
  // Of the config, before its driver is there.
  expect(bench.controller.drivers()).toMatchObject([
    { driver: 'scripted', state: 'starting', detail: undefined, locks: 0 },
  ]);
  await bench.start();
  expect(bench.controller.drivers()).toMatchObject([
    { driver: 'scripted', state: 'ready', detail: undefined, locks: 1 },
  ]);
  bench.driver.state = 'lost';
  bench.driver.stateDetail = 'unplugged';
  expect(bench.controller.drivers()).toMatchObject([{ state: 'lost', detail: 'unplugged' }]);
  const [before] = bench.controller.drivers();
  await bench.clock.advance(5_000);
  expect(bench.controller.drivers(), 'since when, not when asked').toEqual([before]);
  bench.driver.state = 'ready';
  expect(bench.controller.drivers()).toMatchObject([{ since: bench.clock.now() }]);
});

test('after stop nothing that the radio says is heard, and no timer is left', async () => {
  bench.driver.tell = () => Promise.resolve(capabilities());
  await bench.start();
  const { address } = bench.device;
  await bench.controller.stop();
  const before = bench.store.lastSeq();
  bench.driver.emit({ kind: 'access', address, action: 'unlocked', method: 'keycode', slot: 1 });
  bench.driver.emit({ kind: 'locks' });
  await bench.clock.advance(24 * 60 * 60_000);
  expect(bench.store.lastSeq()).toBe(before);
  expect(bench.clock.timers).toBe(0);
});
