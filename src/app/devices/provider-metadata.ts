import type { z } from 'zod';
import type { Device } from '../../core/model.ts';
import { afterCommit } from '../access-codes/record.ts';
import type { AnswerBody } from '../answer.ts';
import { deviceById } from '../parts.ts';
import type { AppParts } from '../parts.ts';
import { invalid } from '../problems.ts';
import type { deviceSchemas } from './schemas.ts';

type Params = z.infer<typeof deviceSchemas.providerMetadata>;

/** Sets locks' time zones, all or none: that is all that Seam's metadata objects hold, whichever brand's is given. */
export const reportProviderMetadata = (parts: AppParts, params: Params): AnswerBody => {
  const zones = new Map<Device['deviceId'], string>();
  for (const one of params.devices) {
    const { deviceId } = deviceById(parts, one.device_id);
    const given = [one.omnitec_metadata, one.schlage_metadata, one.ultraloq_metadata].flatMap((metadata) =>
      metadata?.time_zone === undefined ? [] : [metadata.time_zone],
    );
    for (const zone of given) {
      if ((zones.get(deviceId) ?? zone) !== zone)
        throw invalid('devices', `two time zones are given for device_id ${deviceId}`);
      zones.set(deviceId, zone);
    }
  }
  for (const [deviceId, timeZone] of zones) keep(parts, deviceId, timeZone);
  return {};
};

const keep = (
  { store, clock, changes, reconciler }: AppParts,
  id: Device['deviceId'],
  timeZone: string,
): void => {
  const device = store.device(id);
  if (device === undefined || device.wishes?.timeZone === timeZone) return;
  store.putDevice({ ...device, wishes: { ...device.wishes, timeZone } });
  store.journal({
    at: clock.now(),
    deviceId: id,
    accessCodeId: undefined,
    slot: undefined,
    kind: 'time_zone_set',
    detail: { time_zone: timeZone },
  });
  afterCommit(() => {
    changes.emit({ kind: 'device', id });
    reconciler.kick(id);
  });
};
