import { slotOfUnmanaged, unmanagedCodes } from '../../core/convert.ts';
import type { UnmanagedCode } from '../../core/convert.ts';
import { AccessCodeId } from '../../core/ids.ts';
import type { Device, LockState, SlotBelief } from '../../core/model.ts';
import type { AnswerBody } from '../answer.ts';
import { isTextKey, pageOf, sliced } from '../paging.ts';
import type { AppParts } from '../parts.ts';
import type { Caller } from '../route.ts';
import { deviceById } from '../parts.ts';
import { notFound } from '../problems.ts';
import { mostOnPage } from './schemas.ts';
import type { Params } from './schemas.ts';
import { unmanagedView } from './view.ts';

const codesOn = ({ store }: AppParts, devices: readonly Device[]): UnmanagedCode[] =>
  devices.flatMap(({ deviceId }) => unmanagedCodes(store.lockState(deviceId)));

/** An unmanaged code, with the slot that it stands in. */
export interface Found {
  readonly device: Device;
  readonly state: LockState;
  readonly belief: SlotBelief;
}

/** The unmanaged code with this id, or a 404. */
export const unmanagedById = ({ store }: AppParts, text: string): Found => {
  const id = AccessCodeId(text.toLowerCase());
  for (const device of store.devices()) {
    const state = store.lockState(device.deviceId);
    const belief = slotOfUnmanaged(state, id);
    if (belief !== undefined) return { device, state, belief };
  }
  throw notFound('access_code', `No unmanaged access code with access_code_id ${text} is known here.`);
};

/** One unmanaged code: by its id, or by its lock and PIN. */
export const get = (parts: AppParts, params: Params<'get'>): AnswerBody => {
  const id = params.access_code_id?.toLowerCase();
  const devices =
    params.device_id === undefined ? parts.store.devices() : [deviceById(parts, params.device_id)];
  const code = codesOn(parts, devices).find(
    ({ accessCodeId, pin }) =>
      (id === undefined || accessCodeId === id) &&
      (params.code === undefined || (pin !== 'masked' && pin.reveal() === params.code)),
  );
  if (code === undefined) throw notFound('access_code', 'No such unmanaged access code is known here.');
  return { access_code: unmanagedView(parts, code) };
};

/** In order of locks and slots. */
const keyOf = ({ deviceId, slot, accessCodeId }: UnmanagedCode): string =>
  `${deviceId} ${String(slot).padStart(5, '0')} ${accessCodeId}`;

/** Unmanaged codes, of one lock or all. None belongs to a user identity. */
export const list = (parts: AppParts, params: Params<'list'>, { seesCodes = true }: Caller): AnswerBody => {
  const devices =
    params.device_id === undefined ? parts.store.devices() : [deviceById(parts, params.device_id)];
  const search = params.search?.toLowerCase();
  const ids = params.access_code_ids?.map((id) => id.toLowerCase());
  const codes = codesOn(parts, devices)
    .filter((code) => params.user_identifier_key === undefined && matches(code, search, seesCodes))
    .filter((code) => ids === undefined || ids.includes(code.accessCodeId))
    .sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
  const { items, pagination } = pageOf(parts, 'access_codes/unmanaged/list', params, {
    most: mostOnPage,
    isKey: isTextKey,
    read: sliced(codes, keyOf),
  });
  return { access_codes: items.map((code) => unmanagedView(parts, code)), pagination };
};

/** Part of its id, or of its PIN where that is seen: none has a name. */
const matches = (
  { accessCodeId, pin }: UnmanagedCode,
  search: string | undefined,
  seesCodes: boolean,
): boolean =>
  search === undefined ||
  accessCodeId.includes(search) ||
  (seesCodes && pin !== 'masked' && pin.reveal().includes(search));
