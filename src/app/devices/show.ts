import type { Device } from '../../core/model.ts';
import type { AnswerBody } from '../answer.ts';
import { deviceById, deviceByName, isManaged, workspaceOf } from '../parts.ts';
import type { AppParts } from '../parts.ts';
import { notFound } from '../problems.ts';
import { deviceView, unmanagedDeviceView } from './view.ts';

/** Of which of the two kinds a route speaks: each shows only its own. */
export type Kind = 'managed' | 'unmanaged';

export const isOfKind = (device: Device, kind: Kind): boolean => isManaged(device) === (kind === 'managed');

/** The lock as clients see it. */
export const show = (parts: AppParts, device: Device): AnswerBody => {
  const { store, reconciler, bridge, simulation } = parts;
  const radio = reconciler.drivers().find(({ driver }) => driver === device.radio);
  const facts = {
    device,
    state: store.lockState(device.deviceId),
    usable: reconciler.usableSlots(device),
    hubLostSince: radio?.state === 'lost' || radio?.state === 'closed' ? radio.since : undefined,
    now: parts.clock.now(),
    givenName: reconciler.givenName(device),
  };
  const setting = {
    workspace: workspaceOf(parts),
    deviceType: bridge.deviceType,
    timeZone: bridge.timeZoneOf(device),
    isSimulated: simulation?.isSimulated(device) ?? false,
  };
  return isManaged(device) ? deviceView(facts, setting) : unmanagedDeviceView(facts, setting);
};

/** The lock that is asked for by id, by its exact name, or by both. */
export const asked = (
  parts: AppParts,
  params: { readonly device_id?: string | undefined; readonly name?: string | undefined },
  kind: Kind,
): Device => {
  const device =
    params.device_id === undefined
      ? deviceByName(parts, params.name ?? '')
      : deviceById(parts, params.device_id);
  if (params.name !== undefined && device.name !== params.name)
    throw notFound('device', 'No lock has both that device_id and that name.');
  if (isOfKind(device, kind)) return device;
  throw notFound(
    'device',
    kind === 'managed'
      ? 'This lock is unmanaged: it is found with /devices/unmanaged/get.'
      : 'This lock is managed: it is found with /devices/get.',
  );
};
