import type { z } from 'zod';
import { AccessCodeId } from '../core/ids.ts';
import type { DeviceId } from '../core/ids.ts';
import type { OperationOutcome } from '../ports/reconciler.ts';
import type { AnswerBody } from './answer.ts';
import type { AppParts } from './parts.ts';
import { deviceById, deviceByName, presentDevice, workspaceOf } from './parts.ts';
import { notFound, Refusal } from './problems.ts';
import type { schemas } from './schemas.ts';
import { slotsView } from './slots-view.ts';
import { deviceView, unmanagedView } from './views.ts';

type Params<K extends keyof typeof schemas> = z.infer<(typeof schemas)[K]>;

const view = (parts: AppParts, id: string): AnswerBody => {
  const device = deviceById(parts, id);
  const usable = parts.reconciler.usableSlots(device);
  return deviceView(
    device,
    parts.store.lockState(device.deviceId),
    usable,
    parts.bridge.timeZoneOf(device),
    workspaceOf(parts),
  );
};

export const getDevice = (parts: AppParts, params: Params<'deviceGet'>): AnswerBody => {
  const id = params.device_id ?? deviceByName(parts, params.name ?? '').deviceId;
  const device = view(parts, id);
  if (params.name !== undefined && device['display_name'] !== params.name)
    throw notFound('device', 'No lock has both that device_id and that name.');
  return { device };
};

export const listDevices = (parts: AppParts, params: Params<'deviceList'>): AnswerBody => {
  const ids = params.device_ids?.map((id) => id.toLowerCase());
  const search = params.search?.toLowerCase();
  const all = parts.store
    .devices()
    .filter((one) => ids === undefined || ids.includes(one.deviceId))
    .filter(
      (one) =>
        search === undefined || one.name.toLowerCase().includes(search) || one.deviceId.startsWith(search),
    );
  const shown = all.slice(0, params.limit ?? all.length);
  return {
    devices: shown.map((one) => view(parts, one.deviceId)),
    pagination: { has_next_page: shown.length < all.length, next_page_cursor: null, next_page_url: null },
  };
};

export const slots = (parts: AppParts, params: Params<'device'>): AnswerBody => {
  const device = deviceById(parts, params.device_id);
  const codes = parts.store.accessCodes({ deviceId: device.deviceId });
  return slotsView({
    device,
    state: parts.store.lockState(device.deviceId),
    codes,
    action: parts.reconciler.inFlight(device.deviceId),
    usable: parts.reconciler.usableSlots(device),
    now: parts.clock.now(),
  });
};

export const audit = (parts: AppParts, params: Params<'device'>): AnswerBody => {
  const device = presentDevice(parts, params.device_id);
  if (device.capabilities === undefined)
    throw new Refusal({
      type: 'device_not_ready',
      message: 'What this lock can do is not known yet.',
      status: 400,
    });
  parts.reconciler.audit(device.deviceId);
  return { audit: { device_id: device.deviceId, state: 'queued' } };
};

export const listUnmanaged = (parts: AppParts, params: Params<'list'>): AnswerBody => {
  const device = params.device_id === undefined ? undefined : deviceById(parts, params.device_id);
  const ids = params.access_code_ids?.map((id) => id.toLowerCase());
  const all = parts.store
    .unmanagedCodes(device === undefined ? {} : { deviceId: device.deviceId })
    .filter((code) => ids === undefined || ids.includes(code.accessCodeId))
    .filter(
      (code) => params.search === undefined || code.accessCodeId.startsWith(params.search.toLowerCase()),
    );
  const shown = all.slice(0, params.limit ?? all.length);
  return {
    access_codes: shown.map((code) => unmanagedView(code, workspaceOf(parts))),
    pagination: { has_next_page: shown.length < all.length, next_page_cursor: null, next_page_url: null },
  };
};

export const getUnmanaged = (parts: AppParts, params: Params<'get'>): AnswerBody => {
  const wanted =
    params.access_code_id === undefined ? undefined : AccessCodeId(params.access_code_id.toLowerCase());
  const code = parts.store
    .unmanagedCodes()
    .find((one) =>
      wanted !== undefined
        ? one.accessCodeId === wanted
        : one.deviceId === params.device_id?.toLowerCase() &&
          one.pin !== 'masked' &&
          one.pin.reveal() === params.code,
    );
  if (code === undefined) throw notFound('access_code', 'No such unmanaged access code is known here.');
  return { access_code: unmanagedView(code, workspaceOf(parts)) };
};

const why = (
  outcome: Exclude<OperationOutcome, { kind: 'done' }>,
): { readonly type: string; readonly message: string } => {
  if (outcome.kind === 'refused')
    return outcome.why === 'unsupported'
      ? { type: 'unsupported', message: 'This lock cannot be operated by radio.' }
      : { type: 'refused_by_device', message: 'The lock refused.' };
  if (outcome.kind === 'expired')
    return {
      type: 'request_expired',
      message: 'expires_at came before the radio was free. The command was not sent.',
    };
  const reason = outcome.why;
  switch (reason) {
    case 'asleep':
    case 'unreachable':
      return {
        type: 'device_disconnected',
        message: 'The lock did not acknowledge the command. It has probably not moved.',
      };
    case 'radio_down':
      return {
        type: 'hub_disconnected',
        message:
          'The radio is not available at the moment. If it broke off just now, the lock may have moved: look at it.',
      };
    case 'timeout':
    case 'aborted':
      return {
        type: 'timeout',
        message: 'The lock did not report in time. It may or may not have moved: look at its state.',
      };
    default:
      return reason satisfies never;
  }
};

/** The bolt has moved or not, whatever becomes of the note: a full disk must not turn the answer into an error. */
const note = (parts: AppParts, deviceId: DeviceId, action: string, outcome: OperationOutcome): void => {
  try {
    parts.store.journal({
      at: parts.clock.now(),
      deviceId,
      accessCodeId: undefined,
      slot: undefined,
      kind: `${action}_${outcome.kind}`,
      detail: 'why' in outcome ? { why: outcome.why } : {},
    });
  } catch (error) {
    parts.log.error({ device_id: deviceId, err: error }, 'an operation could not be noted in the journal');
  }
};

/** Locks or unlocks, ahead of everything else on the radio. Answers when it is over, within 30 s. */
export const operate = async (
  parts: AppParts,
  params: Params<'operate'>,
  action: 'lock' | 'unlock',
  expiresAt: number | undefined,
): Promise<AnswerBody> => {
  const device = presentDevice(parts, params.device_id);
  if (device.capabilities !== undefined && !device.capabilities.remoteLock)
    throw new Refusal({
      type: 'unsupported',
      message: 'device_id: this lock cannot be operated by radio.',
      status: 400,
    });
  const outcome = await parts.reconciler.operate(device.deviceId, action, expiresAt);
  note(parts, device.deviceId, action, outcome);
  return {
    action_attempt: {
      action_attempt_id: parts.random.uuid(),
      action_type: action === 'lock' ? 'LOCK_DOOR' : 'UNLOCK_DOOR',
      status: outcome.kind === 'done' ? 'success' : 'error',
      result: outcome.kind === 'done' ? { was_confirmed_by_device: outcome.confirmed } : null,
      error: outcome.kind === 'done' ? null : why(outcome),
    },
  };
};
