import { z } from 'zod';
import { qrCodeText } from './label.ts';
import type { Neighbourhood, Outsider, Resident } from './neighbourhood.ts';
import { hasKeys } from './node-keys.ts';

/** What stands on a lock's label, as far as it has one. */
const label = ({ identity, spec }: Outsider['unit']): Record<string, unknown> => ({
  dsk: identity?.dsk ?? null,
  pin: identity?.pin ?? null,
  qr: identity === undefined ? null : qrCodeText(spec, identity.dsk),
});

/** One line of `GET /waiting`. */
export const waitingSummary = ({
  unit,
  state,
  poweredUp,
  pairingUntil,
}: Outsider): Record<string, unknown> => ({
  id: unit.id,
  name: unit.spec.name,
  ...label(unit),
  state,
  security: unit.spec.security,
  online: !unit.lock.behaviour.offline,
  pairing: unit.spec.pairing_button === 'held' || performance.now() < pairingUntil,
  powered_up: poweredUp,
});

/** Every lock that is no node of this network. */
export const waitingList = ({ outsiders }: Neighbourhood): Record<string, unknown>[] =>
  [...outsiders.values()].map(waitingSummary);

/** What a lock of the network says of its membership. */
export const membershipOf = ({ unit, place }: Resident): Record<string, unknown> => ({
  id: unit.id,
  ...label(unit),
  has_keys: hasKeys(place.node),
});

/** Somebody does something to a lock that waits. @returns undefined for what can't be done there. */
export const atWaitingLock = async (
  neighbourhood: Neighbourhood,
  outsider: Outsider,
  action: string,
): Promise<Record<string, unknown> | undefined> => {
  const stranded = { accepted: false, reason: 'in_a_network' };
  switch (action) {
    case 'POST pair':
      if (!(await neighbourhood.pair(outsider))) return stranded;
      return { accepted: true, window_ms: outsider.unit.spec.pairing_window_ms };
    case 'POST power_up':
      if (outsider.state === 'stranded') return stranded;
      if (!(await neighbourhood.powerUp(outsider))) return { accepted: false, reason: 'no_smart_start' };
      return { accepted: true };
    case 'POST unpair':
      await neighbourhood.unpair(outsider);
      return { accepted: true, window_ms: outsider.unit.spec.pairing_window_ms };
    case 'POST factory_reset':
      await neighbourhood.factoryResetOutside(outsider);
      return { accepted: true };
    default:
      return undefined;
  }
};

const resetSchema = z.strictObject({ network: z.boolean().default(false) });
const emptySchema = z.strictObject({});

export type ComingOrGoing = 'unpair' | 'factory_reset' | 'exchange';

export const isComingOrGoing = (action: string): action is ComingOrGoing =>
  action === 'unpair' || action === 'factory_reset' || action === 'exchange';

/** Somebody does something to a lock of the network that concerns its being there. */
export const comeOrGo = async (
  neighbourhood: Neighbourhood,
  resident: Resident,
  action: ComingOrGoing,
  parse: <T>(schema: z.ZodType<T>) => T,
): Promise<Record<string, unknown>> => {
  switch (action) {
    case 'unpair':
      parse(emptySchema);
      await neighbourhood.unpair(resident);
      return { accepted: true, window_ms: resident.unit.spec.pairing_window_ms };
    case 'factory_reset':
      await neighbourhood.factoryReset(resident, parse(resetSchema).network);
      return { accepted: true };
    case 'exchange':
      parse(emptySchema);
      await neighbourhood.exchange(resident);
      return { accepted: true };
  }
};
