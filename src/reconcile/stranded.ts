import { earliest } from '../core/earliest.ts';
import type { Device, Instant } from '../core/model.ts';
import type { Change } from '../ports/changes.ts';
import type { Store } from '../ports/store.ts';
import { arrivalNews, arrivalSight } from './arrivals.ts';
import { codeEvent } from './code-events.ts';
import { nextEnd, tidyRemoved } from './departures.ts';
import type { LoadingParts } from './loading.ts';
import { settle } from './settle.ts';
import type { SettleParts } from './settle.ts';

type Parts = Omit<SettleParts, 'store'> &
  Pick<LoadingParts, 'arrivalNoticeMs' | 'clockTrust'> & { readonly store: Store };

interface Idle {
  readonly changes: readonly Change[];
  readonly nextAt: Instant | undefined;
}

/** Of a lock without a worker, since its radio is none of the config's drivers or it has left its network. */
export const settleIdle = (parts: Parts, device: Device, usable: readonly number[], now: Instant): Idle =>
  device.removedAt === undefined
    ? settleStranded(parts, device, usable, now)
    : settleRemoved(parts, device, now);

/** Nothing can be done there, but time goes on, and what was known of its access codes isn't known any more. */
const settleStranded = (parts: Parts, device: Device, usable: readonly number[], now: Instant): Idle =>
  parts.store.transaction(() =>
    settle(parts, device, parts.store.lockState(device.deviceId), {
      usable,
      radioLost: true,
      isStranded: true,
      now,
      arrivals: arrivalSight(parts, { isReady: false, since: now }),
    }),
  );

/** Its codes end in their time; the guests of those that are kept for another lock are to come all the same. */
const settleRemoved = (parts: Parts, device: Device, now: Instant): Idle => {
  const { store, random, leadMs } = parts;
  const { deviceId, capabilities } = device;
  return store.transaction(() => {
    const changes: Change[] = [...tidyRemoved(store, random, device, now)];
    let nextAt = nextEnd(store, device);
    const sight = arrivalSight(parts, { isReady: false, since: now });
    const state = store.lockState(deviceId);
    for (const code of store.accessCodes({ deviceId })) {
      const input = { code, state, capabilities, usable: [], unreachable: undefined, leadMs, now };
      const news = arrivalNews(input, device, sight);
      nextAt = earliest(nextAt, news.nextAt);
      if (news.arrivalRisk?.reason === code.arrivalRisk?.reason) continue;
      store.putAccessCode({ ...code, arrivalRisk: news.arrivalRisk });
      if (news.toTell === undefined) continue;
      store.appendEvent(codeEvent('lockstep.arrival_at_risk', code, now, random, news.toTell));
      changes.push({ kind: 'events' });
    }
    return { changes, nextAt };
  });
};
