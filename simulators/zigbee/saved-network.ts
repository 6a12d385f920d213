import { z } from 'zod';
import { networkFileSchema, parametersOf } from './network-file.ts';
import { Nv } from './nv.ts';
import type { NetworkParameters } from './nv-items.ts';
import { fromHex, toHex } from './octets.ts';
import type { Place } from './member.ts';
import { Stick } from './stick.ts';

const stickSchema = z.strictObject({
  serial: z.int().min(0),
  items: z.record(z.string().regex(/^[0-9.]{1,20}$/), z.string().regex(/^([0-9a-f]{2})*$/)),
});
const placeSchema = z.strictObject({
  network: networkFileSchema,
  address: z.int().min(1).max(0xfff7),
  counter_seen: z.int().min(0),
});

/** What the sticks and the locks know of networks, as the state file has it. */
export const savedNetworkSchema = z.strictObject({
  stick: stickSchema,
  /** The stick that was in the port before another took its place. */
  shelf: stickSchema.nullable(),
  units: z.record(
    z.string(),
    z.strictObject({
      /** How many units have stood in this one's place before it. */
      generation: z.int().min(0),
      place: placeSchema.nullable(),
    }),
  ),
});
export type SavedNetwork = z.infer<typeof savedNetworkSchema>;
export type SavedStick = SavedNetwork['stick'];
export type SavedPlace = z.infer<typeof placeSchema>;

/** A stick and which one of several it is. */
export interface NumberedStick {
  readonly stick: Stick;
  readonly serial: number;
}

export const saveStick = ({ stick, serial }: NumberedStick): SavedStick => ({
  serial,
  items: Object.fromEntries([...stick.nv.items].map(([key, value]) => [key, toHex(value)])),
});

/** A stick that had power until the simulator ended: it starts as after a power cut. */
export const loadStick = ({ serial, items }: SavedStick, random: () => number): NumberedStick => {
  const nv = new Nv(Object.entries(items).map(([key, value]) => [key, fromHex(value)]));
  return { stick: new Stick(nv, random), serial };
};

const saveParameters = ({
  panId,
  extendedPanId,
  channel,
  key,
}: NetworkParameters): SavedPlace['network'] => ({
  pan_id: panId,
  extended_pan_id: extendedPanId.slice(2),
  channel,
  network_key: key,
});

export const savePlace = ({ network, address, counterSeen }: Place): SavedPlace => ({
  network: saveParameters(network),
  address,
  counter_seen: counterSeen,
});

export const loadPlace = ({ network, address, counter_seen }: SavedPlace): Place => ({
  network: parametersOf(network),
  address,
  counterSeen: counter_seen,
});
