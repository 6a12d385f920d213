import type { z } from 'zod';
import type { UnmanagedCode } from '../../core/convert.ts';
import type { Device } from '../../core/model.ts';
import type { Pin } from '../../core/pin.ts';
import { runAttempt } from '../action-attempts/run.ts';
import type { AnswerBody } from '../answer.ts';
import type { AppParts } from '../parts.ts';
import { Refusal } from '../problems.ts';
import { unmanagedView } from '../unmanaged/view.ts';
import type { simulateSchemas } from './schemas.ts';
import { pinOf, simulated } from './simulated.ts';

type Params<K extends keyof typeof simulateSchemas> = z.infer<(typeof simulateSchemas)[K]>;

const done = { kind: 'success', result: {} } as const;

/** The attempt succeeds where the lock opens. */
export const enterCode = (parts: AppParts, params: Params<'entry'>): Promise<AnswerBody> => {
  const { device, simulation } = simulated(parts, params.device_id);
  const order = { device, actionType: 'SIMULATE_KEYPAD_CODE_ENTRY', sync: true } as const;
  return runAttempt(parts, order, async () => {
    const outcome = await simulation.enterCode(device, pinOf(params.code));
    return {
      end:
        outcome === 'done'
          ? done
          : { kind: 'error', type: 'access_denied', message: 'The lock does not open to this code.' },
      journal: { kind: `simulated_entry_${outcome}`, detail: {} },
    };
  });
};

export const lockAtKeypad = (parts: AppParts, params: Params<'device'>): Promise<AnswerBody> => {
  const { device, simulation } = simulated(parts, params.device_id);
  const order = { device, actionType: 'SIMULATE_MANUAL_LOCK_VIA_KEYPAD', sync: true } as const;
  return runAttempt(parts, order, async () => {
    await simulation.lockAtKeypad(device);
    return { end: done, journal: { kind: 'simulated_lock', detail: {} } };
  });
};

/** So long the bridge may take to see a code that was added at the keypad. */
const seenWithinMs = 20_000;

/** Answers as soon as the bridge has found the code on the lock. */
export const addCode = async (parts: AppParts, params: Params<'unmanagedCode'>): Promise<AnswerBody> => {
  const { device, simulation } = simulated(parts, params.device_id);
  const pin = pinOf(params.code);
  const before = new Set(found(parts, device).map(({ accessCodeId }) => accessCodeId));
  if ((await simulation.addCode(device, pin)) === 'refused')
    throw new Refusal({
      type: 'invalid_input',
      message: 'code: the lock did not take it: it has it already, is full, or wants another length.',
      status: 400,
    });
  parts.reconciler.audit(device.deviceId);
  const code = await seen(parts, () =>
    found(parts, device).find((one) => !before.has(one.accessCodeId) && mayBe(one, pin)),
  );
  if (code !== undefined) return { access_code: unmanagedView(parts, code) };
  throw new Refusal({
    type: 'timeout',
    message: 'The code stands on the lock; the bridge has not found it yet. See access_codes/unmanaged/list.',
    status: 400,
  });
};

const found = ({ store }: AppParts, { deviceId }: Device): readonly UnmanagedCode[] =>
  store.unmanagedCodes({ deviceId });

const mayBe = (code: UnmanagedCode, pin: Pin): boolean => code.pin === 'masked' || code.pin.equals(pin);

/** Waits until there is one, looking again whenever something has changed. */
const seen = <T>({ changes, clock }: AppParts, look: () => T | undefined): Promise<T | undefined> =>
  new Promise((resolve) => {
    const end = (value: T | undefined): void => {
      stop();
      cancel();
      resolve(value);
    };
    const stop = changes.on(() => {
      const value = look();
      if (value !== undefined) end(value);
    });
    const cancel = clock.after(seenWithinMs, () => {
      end(look());
    });
    const now = look();
    if (now !== undefined) end(now);
  });
