import type { Learned } from '../core/lesson.ts';
import { externalChangeError } from '../core/lifecycle.ts';
import type { Device, Instant, LockState } from '../core/model.ts';
import { beliefOf } from '../core/slots.ts';
import type { Change } from '../ports/changes.ts';
import type { Random } from '../ports/random.ts';
import type { Store } from '../ports/store.ts';
import { resetEvent } from './device-events.ts';
import { codeEvent } from './settle.ts';

/**
 * Writes down what a lesson taught: journal, events, and the error that an external change leaves on its
 * access code until it is put right. Runs inside the transaction that stores the lesson.
 */
export const record = (
  store: Store,
  random: Random,
  device: Device,
  after: LockState,
  learned: readonly Learned[],
  now: Instant,
): Change[] => {
  const changes: Change[] = [];
  const { deviceId } = device;
  for (const one of learned) {
    const accessCodeId = 'code' in one ? one.code : 'id' in one ? one.id : undefined;
    const slot = 'slot' in one ? one.slot : undefined;
    store.journal({ at: now, deviceId, accessCodeId, slot, kind: one.kind, detail: detailOf(one) });
    if (one.kind === 'unmanaged_found' || one.kind === 'unmanaged_gone') {
      const eventType =
        one.kind === 'unmanaged_found' ? 'access_code.unmanaged.created' : 'access_code.unmanaged.removed';
      store.appendEvent({
        eventId: random.uuid(),
        eventType,
        occurredAt: now,
        deviceId,
        accessCodeId: one.id,
        payload: { x_slot: one.slot },
        pin: undefined,
      });
      changes.push({ kind: 'unmanaged_access_code', id: one.id }, { kind: 'events' });
    }
    if (one.kind === 'lost') changes.push(...externallyChanged(store, random, one, now));
    if (one.kind === 'reset' || one.kind === 'reset_over') {
      store.appendEvent(resetEvent(random, now, device, one));
      changes.push({ kind: 'device', id: deviceId }, { kind: 'events' });
    }
    if (one.kind === 'adopted') {
      store.appendEvent({
        eventId: random.uuid(),
        eventType: 'lockstep.lock_adopted',
        occurredAt: now,
        deviceId,
        accessCodeId: undefined,
        payload: { unmanaged: countUnmanaged(after) },
        pin: undefined,
      });
      changes.push({ kind: 'device', id: deviceId }, { kind: 'events' });
    }
  }
  return changes;
};

const detailOf = (one: Learned): Readonly<Record<string, unknown>> => {
  if (one.kind === 'lost') return { how: one.how };
  if (one.kind === 'refused') return { why: one.why };
  if (one.kind === 'reset') return { why: one.why, codes: one.codes };
  return {};
};

const countUnmanaged = (state: LockState): number =>
  [...state.slots.keys()].filter((slot) => beliefOf(state, slot).unmanagedId !== undefined).length;

const externallyChanged = (
  store: Store,
  random: Random,
  lost: Extract<Learned, { kind: 'lost' }>,
  now: Instant,
): Change[] => {
  const code = store.accessCode(lost.code);
  if (code === undefined) return [];
  const eventType = `access_code.${lost.how}_external_to_seam`;
  store.appendEvent(codeEvent(eventType, code, now, random, { x_slot: lost.slot }));
  if (code.deletingSince === undefined) {
    const message =
      lost.how === 'deleted'
        ? 'The code was deleted at the lock. It is being set again.'
        : 'The code was changed at the lock. It is being set again.';
    const errors = [
      ...code.errors.filter((one) => one.code !== externalChangeError),
      {
        code: externalChangeError,
        message,
        created_at: now,
        extra: { change_type: lost.how === 'deleted' ? 'removed' : 'modified' },
      },
    ];
    store.putAccessCode({ ...code, errors, wishedAt: now });
  }
  return [{ kind: 'access_code', id: lost.code }, { kind: 'events' }];
};
