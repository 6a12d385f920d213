import { untouchable } from '../../core/convert.ts';
import type { UnmanagedCode } from '../../core/convert.ts';
import type { AnswerBody } from '../answer.ts';
import { iso } from '../objects/common.ts';
import { findingsView } from '../objects/findings.ts';
import type { AppParts } from '../parts.ts';

/**
 * A code found on a lock, as Seam models it (facts page SEAM-ROUTES §2; `x_…` are ours). `code` is null where the
 * lock masks it. No lock tells us the names, or schedules, of codes that aren't ours.
 */
export const unmanagedView = (parts: AppParts, code: UnmanagedCode): AnswerBody => {
  const { store, reconciler, bridge } = parts;
  const device = store.device(code.deviceId);
  const usable = device === undefined ? [] : reconciler.usableSlots(device);
  const isBarred = untouchable(code.slot, device?.capabilities, usable) !== undefined;
  const wish = store.unmanagedWish(code.accessCodeId);
  return {
    access_code_id: code.accessCodeId,
    device_id: code.deviceId,
    workspace_id: store.workspaceId,
    name: null,
    code: code.pin === 'masked' ? null : code.pin,
    type: 'ongoing',
    starts_at: null,
    ends_at: null,
    status: code.enabled ? 'set' : 'unset',
    display_status: wish?.kind === 'delete' ? 'Removing' : code.enabled ? 'Active' : 'Disabled',
    is_managed: false,
    created_at: iso(code.createdAt),
    ...findingsView(wish ?? { errors: [], warnings: [] }, bridge.vocabulary ?? 'seeds'),
    ...(isBarred || !code.enabled ? { cannot_be_managed: true } : {}),
    ...(isBarred ? { cannot_delete_unmanaged_access_code: true } : {}),
    x_slot: code.slot,
    x_pending: wish?.kind ?? null,
  };
};
