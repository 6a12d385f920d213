import type * as current from '@seamapi/http';
import type * as lts from 'seamapi-http-1';
import { expect } from 'vitest';
import { z } from 'zod';
import type { House } from './house.ts';

export type Seam = current.SeamHttp | lts.SeamHttp;

export interface Scene {
  readonly seam: Seam;
  readonly house: House;
  readonly front: string;
  readonly back: string;
  /** Ids that earlier steps have brought. */
  readonly ids: Map<string, string>;
}
const id = ({ ids }: Scene, name: string): string => ids.get(name) ?? 'missing';
const keep = (scene: Scene, name: string, thing: unknown, key: string): void => {
  scene.ids.set(
    name,
    z
      .looseObject({ [key]: z.string() })
      .transform((one) => String(one[key]))
      .parse(thing),
  );
};

/** `type`: the object that comes back, or a list of it; null: nothing. */
export interface Step {
  readonly type: string | null;
  readonly call: (scene: Scene) => PromiseLike<unknown>;
  /** What further holds of it. */
  readonly check?: (result: unknown, scene: Scene) => void;
}

/** `unmanaged` and `other` are on the first lock from the beginning. */
export const pins = {
  first: '73059164',
  second: '40826173',
  unmanaged: '95174062',
  other: '62840591',
} as const;
const inTwoDays = (house: House, days = 2): string =>
  new Date(house.clock.now() + days * 86_400_000).toISOString();

/** Every method that has a route here, in an order in which each finds what it needs. */
export const steps: Readonly<Record<string, Step>> = {
  'workspaces.get': { type: 'workspace', call: ({ seam }) => seam.workspaces.get() },
  'workspaces.list': { type: 'workspace', call: ({ seam }) => seam.workspaces.list() },
  'connectedAccounts.list': {
    type: 'connected_account',
    call: ({ seam }) => seam.connectedAccounts.list(),
    check: (result, scene) => {
      keep(scene, 'account', listOf(result)[0], 'connected_account_id');
    },
  },
  'connectedAccounts.get': {
    type: 'connected_account',
    call: (scene) => scene.seam.connectedAccounts.get({ connected_account_id: id(scene, 'account') }),
  },
  'devices.list': {
    type: 'device',
    call: ({ seam, front, back }) => seam.devices.list({ device_ids: [front, back], limit: 10 }),
    check: (result) => {
      expect(listOf(result)).toHaveLength(2);
    },
  },
  'devices.get': {
    type: 'device',
    call: ({ seam, front }) => seam.devices.get({ device_id: front }),
    check: (result, { front }) => {
      expect(result).toMatchObject({ device_id: front });
    },
  },
  'devices.update': {
    type: null,
    call: ({ seam, front }) =>
      seam.devices.update({ device_id: front, custom_metadata: { room: '7', vip: true } }),
  },
  'devices.list by metadata': {
    type: 'device',
    call: ({ seam }) => seam.devices.list({ custom_metadata_has: { room: '7', vip: true } }),
    check: (result, { front }) => {
      expect(listOf(result)).toMatchObject([{ device_id: front, custom_metadata: { room: '7', vip: true } }]);
    },
  },
  'devices.listDeviceProviders': {
    type: 'device_provider',
    call: ({ seam }) => seam.devices.listDeviceProviders(),
  },
  'devices.reportProviderMetadata': {
    type: null,
    call: ({ seam, back }) =>
      seam.devices.reportProviderMetadata({
        devices: [{ device_id: back, ultraloq_metadata: { time_zone: 'America/New_York' } }],
      }),
    check: (_result, { house, back }) => {
      expect(house.store.devices().find((one) => one.deviceId === back)?.wishes?.timeZone).toBe(
        'America/New_York',
      );
    },
  },
  'locks.list': { type: 'device', call: ({ seam }) => seam.locks.list() },
  'locks.get': {
    type: 'device',
    call: ({ seam }) => {
      // Seam has deprecated it in favour of devices.get.
      const locks: { get(parameters: { name: string }): PromiseLike<unknown> } = seam.locks;
      return locks.get({ name: 'Back door' });
    },
  },
  'locks.lockDoor': {
    type: 'action_attempt',
    call: ({ seam, front }) => seam.locks.lockDoor({ device_id: front }),
    check: (result, scene) => {
      expect(result).toMatchObject({ action_type: 'LOCK_DOOR', status: 'success' });
      expect(scene.house.lock.locked).toBe(true);
      keep(scene, 'attempt', result, 'action_attempt_id');
    },
  },
  'locks.unlockDoor': {
    type: 'action_attempt',
    call: ({ seam, front }) => seam.locks.unlockDoor({ device_id: front }),
    check: (_result, { house }) => {
      expect(house.lock.locked).toBe(false);
    },
  },
  'locks.configureAutoLock': {
    type: 'action_attempt',
    call: ({ seam, front }) =>
      'configureAutoLock' in seam.locks
        ? seam.locks.configureAutoLock({
            device_id: front,
            auto_lock_enabled: true,
            auto_lock_delay_seconds: 30,
          })
        : // The older line has no method for it.
          seam.client
            .post('/locks/configure_auto_lock', {
              device_id: front,
              auto_lock_enabled: true,
              auto_lock_delay_seconds: 30,
            })
            .then(({ data }) => z.object({ action_attempt: z.unknown() }).parse(data).action_attempt),
  },
  'actionAttempts.get': {
    type: 'action_attempt',
    call: (scene) => scene.seam.actionAttempts.get({ action_attempt_id: id(scene, 'attempt') }),
    check: (result) => {
      expect(result).toMatchObject({ action_type: 'LOCK_DOOR', status: 'success' });
    },
  },
  'actionAttempts.list': {
    type: 'action_attempt',
    call: (scene) => scene.seam.actionAttempts.list({ action_attempt_ids: [id(scene, 'attempt')] }),
    check: (result) => {
      expect(listOf(result)).toHaveLength(1);
    },
  },
  'accessCodes.create': {
    type: 'access_code',
    call: ({ seam, front }) => seam.accessCodes.create({ device_id: front, name: 'Anna', code: pins.first }),
    check: (result, scene) => {
      expect(result).toMatchObject({ name: 'Anna', code: pins.first, type: 'ongoing', status: 'setting' });
      keep(scene, 'anna', result, 'access_code_id');
    },
  },
  'accessCodes.create with times': {
    type: 'access_code',
    call: ({ seam, house, front }) =>
      seam.accessCodes.create({
        device_id: front,
        name: 'Ben',
        starts_at: inTwoDays(house),
        ends_at: inTwoDays(house, 3),
        use_backup_access_code_pool: true,
      }),
    check: (result, scene) => {
      expect(result).toMatchObject({ type: 'time_bound', status: 'unset' });
      keep(scene, 'ben', result, 'access_code_id');
    },
  },
  'accessCodes.createMultiple': {
    type: 'access_code',
    call: ({ seam, front, back }) =>
      seam.accessCodes.createMultiple({ device_ids: [front, back], name: 'Cleaner' }),
    check: (result, scene) => {
      const [one, two] = z
        .array(z.looseObject({ code: z.string(), common_code_key: z.string() }))
        .parse(result);
      expect(one?.code).toBe(two?.code);
      keep(scene, 'key', one, 'common_code_key');
    },
  },
  'accessCodes.get': {
    type: 'access_code',
    call: (scene) => scene.seam.accessCodes.get({ access_code_id: id(scene, 'anna') }),
    check: (result) => {
      expect(result).toMatchObject({ name: 'Anna' });
    },
  },
  'accessCodes.get by device and code': {
    type: 'access_code',
    call: ({ seam, front }) => seam.accessCodes.get({ device_id: front, code: pins.first }),
    check: (result) => {
      expect(result).toMatchObject({ name: 'Anna' });
    },
  },
  'accessCodes.list': {
    type: 'access_code',
    call: (scene) => scene.seam.accessCodes.list({ access_code_ids: [id(scene, 'anna')] }),
    check: (result) => {
      expect(listOf(result)).toMatchObject([{ name: 'Anna', code: pins.first }]);
    },
  },
  'accessCodes.update': {
    type: null,
    call: (scene) => scene.seam.accessCodes.update({ access_code_id: id(scene, 'anna'), code: pins.second }),
    check: (_result, { house }) => {
      expect(house.store.accessCodes().map(({ pin }) => pin.reveal())).toContain(pins.second);
    },
  },
  'accessCodes.updateMultiple': {
    type: null,
    call: (scene) =>
      scene.seam.accessCodes.updateMultiple({ common_code_key: id(scene, 'key'), name: 'Gardener' }),
    check: (_result, { house }) => {
      expect(house.store.accessCodes().filter(({ name }) => name === 'Gardener')).toHaveLength(2);
    },
  },
  'accessCodes.generateCode': {
    type: 'generated_code',
    call: ({ seam, front }) => seam.accessCodes.generateCode({ device_id: front }),
  },
  'accessCodes.pullBackupAccessCode': {
    type: 'access_code',
    call: (scene) => scene.seam.accessCodes.pullBackupAccessCode({ access_code_id: id(scene, 'ben') }),
    check: (result) => {
      expect(result).toMatchObject({ is_backup: true });
    },
  },
  'accessCodes.reportDeviceConstraints': {
    type: null,
    call: ({ seam, back }) =>
      seam.accessCodes.reportDeviceConstraints({ device_id: back, supported_code_lengths: [4, 6] }),
  },
  'accessCodes.simulate.createUnmanagedAccessCode': {
    type: 'unmanaged_access_code',
    call: ({ seam, back }) =>
      seam.accessCodes.simulate.createUnmanagedAccessCode({ device_id: back, name: 'Found', code: '502846' }),
  },
  'accessCodes.unmanaged.list': {
    type: 'unmanaged_access_code',
    call: ({ seam, front }) => seam.accessCodes.unmanaged.list({ device_id: front }),
    check: (result, scene) => {
      const found = z.array(z.looseObject({ code: z.string() })).parse(result);
      expect(found.map(({ code }) => code).toSorted()).toEqual([pins.other, pins.unmanaged]);
      for (const one of found) keep(scene, one.code, one, 'access_code_id');
    },
  },
  'accessCodes.unmanaged.get': {
    type: 'unmanaged_access_code',
    call: (scene) => scene.seam.accessCodes.unmanaged.get({ access_code_id: id(scene, pins.unmanaged) }),
  },
  'accessCodes.unmanaged.update': {
    type: null,
    call: (scene) =>
      scene.seam.accessCodes.unmanaged.update({ access_code_id: id(scene, pins.other), is_managed: true }),
  },
  'accessCodes.unmanaged.convertToManaged': {
    type: null,
    call: (scene) =>
      scene.seam.accessCodes.unmanaged.convertToManaged({ access_code_id: id(scene, pins.unmanaged) }),
    check: (_result, { house }) => {
      const managed = house.store.accessCodes().map(({ pin }) => pin.reveal());
      expect(managed).toEqual(expect.arrayContaining([pins.unmanaged, pins.other]));
    },
  },
  'accessCodes.delete': {
    type: null,
    call: (scene) => scene.seam.accessCodes.delete({ access_code_id: id(scene, 'anna') }),
    check: (_result, { house }) => {
      expect([...house.lock.slots.values()]).not.toContain(pins.second);
    },
  },
  'accessCodes.unmanaged.delete': {
    type: null,
    call: async (scene) => {
      const { seam, back } = scene;
      const found: unknown = await seam.accessCodes.unmanaged.list({ device_id: back });
      keep(scene, 'found', listOf(found)[0], 'access_code_id');
      await seam.accessCodes.unmanaged.delete({ access_code_id: id(scene, 'found') });
    },
    check: (_result, { house }) => {
      expect([...(house.locks[1]?.slots.values() ?? [])]).not.toContain('502846');
    },
  },
  'events.list': {
    type: 'event',
    call: ({ seam, front }) =>
      seam.events.list({ device_id: front, since: '2020-01-01T00:00:00Z', limit: 5 }),
    check: (result, scene) => {
      expect(listOf(result)).toHaveLength(5);
      keep(scene, 'event', listOf(result)[0], 'event_id');
    },
  },
  'events.get': {
    type: 'event',
    call: (scene) => scene.seam.events.get({ event_id: id(scene, 'event') }),
  },
  'webhooks.create': {
    type: 'webhook',
    call: ({ seam }) =>
      seam.webhooks.create({ url: 'http://127.0.0.1:9/hook', event_types: ['lock.locked'] }),
    check: (result, scene) => {
      keep(scene, 'webhook', result, 'webhook_id');
    },
  },
  'webhooks.get': {
    type: 'webhook',
    call: (scene) => scene.seam.webhooks.get({ webhook_id: id(scene, 'webhook') }),
  },
  'webhooks.list': { type: 'webhook', call: ({ seam }) => seam.webhooks.list() },
  'webhooks.update': {
    type: null,
    call: (scene) =>
      scene.seam.webhooks.update({ webhook_id: id(scene, 'webhook'), event_types: ['lock.unlocked'] }),
  },
  'webhooks.delete': {
    type: null,
    call: (scene) => scene.seam.webhooks.delete({ webhook_id: id(scene, 'webhook') }),
  },
  'locks.simulate.keypadCodeEntry': {
    type: 'action_attempt',
    call: ({ seam, front }) =>
      seam.locks.simulate.keypadCodeEntry({ device_id: front, code: pins.unmanaged }),
  },
  'locks.simulate.manualLockViaKeypad': {
    type: 'action_attempt',
    call: ({ seam, front }) => seam.locks.simulate.manualLockViaKeypad({ device_id: front }),
  },
  'devices.simulate.disconnect': {
    type: null,
    call: ({ seam, front }) => seam.devices.simulate.disconnect({ device_id: front }),
  },
  'devices.simulate.connect': {
    type: null,
    call: ({ seam, front }) => seam.devices.simulate.connect({ device_id: front }),
  },
  'devices.simulate.disconnectFromHub': {
    type: null,
    call: ({ seam, front }) => seam.devices.simulate.disconnectFromHub({ device_id: front }),
  },
  'devices.simulate.connectToHub': {
    type: null,
    call: ({ seam, front }) => seam.devices.simulate.connectToHub({ device_id: front }),
  },
  'devices.simulate.paidSubscription': {
    type: null,
    call: async ({ seam, front }) => {
      // No lock here needs one, and it says so.
      const asked = seam.devices.simulate.paidSubscription({ device_id: front, is_expired: true });
      await expect(Promise.resolve(asked)).rejects.toMatchObject({ statusCode: 400 });
    },
  },
  'devices.update to unmanaged': {
    type: null,
    call: ({ seam, back }) => seam.devices.update({ device_id: back, is_managed: false }),
  },
  'devices.unmanaged.list': {
    type: 'unmanaged_device',
    call: ({ seam }) => seam.devices.unmanaged.list(),
    check: (result, { back }) => {
      expect(listOf(result)).toMatchObject([{ device_id: back }]);
    },
  },
  'devices.unmanaged.get': {
    type: 'unmanaged_device',
    call: ({ seam, back }) => seam.devices.unmanaged.get({ device_id: back }),
  },
  'devices.unmanaged.update': {
    type: null,
    call: ({ seam, back }) => seam.devices.unmanaged.update({ device_id: back, is_managed: true }),
  },
  'devices.simulate.remove': {
    type: null,
    call: async ({ seam, back }) => {
      // The locks of this house are in no network that they could be struck off.
      const asked = seam.devices.simulate.remove({ device_id: back });
      await expect(Promise.resolve(asked)).rejects.toMatchObject({ statusCode: 400, code: 'unsupported' });
    },
  },
};

export const listOf = (value: unknown): readonly unknown[] => z.array(z.unknown()).parse(value);
