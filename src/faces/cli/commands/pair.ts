import { print, printJson } from '../context.ts';
import type { Context, Outcome } from '../context.ts';
import { deviceName } from '../resolve.ts';
import { oneDeviceSchema, pairingSchema } from '../shapes.ts';
import type { Pairing } from '../shapes.ts';
import { clean, facts } from '../text.ts';
import { followPairing, say } from './pairing-steps.ts';

export interface PairOptions {
  /** The text of the QR code, or `-` for standard input. */
  readonly qr?: string | undefined;
  /** The label's first five digits. */
  readonly pin?: string | undefined;
}

/** `lockstep pair RADIO`. */
export const pair = async (context: Context, radio: string, options: PairOptions): Promise<Outcome> => {
  const qr = options.qr === '-' ? await context.io.readStdin() : options.qr;
  if (qr?.trim() === '') return { exit: 2, message: 'There is no QR text on standard input.' };
  const params = {
    radio,
    ...(qr === undefined ? {} : { qr_code: qr.trim() }),
    ...(options.pin === undefined ? {} : { dsk_pin: options.pin }),
  };
  const begun = await context.client.call('lockstep/pairing/start', params, pairingSchema);
  if (!begun.ok) return begun.failure;
  const done = await followPairing(context, begun.value.data.pairing.pairing_id);
  if (!done.ok) return done.failure;
  const { pairing } = done.value.data;
  if (pairing.warning !== null) say(context, context.paint('bad', `WARNING: ${clean(pairing.warning)}`));
  if (context.json) {
    printJson(context, done.value.raw);
    return undefined;
  }
  return introduce(context, pairing);
};

/** The new lock, and what to do with it. */
const introduce = async (context: Context, pairing: Pairing): Promise<Outcome> => {
  const id = pairing.device_id;
  if (id === null) {
    print(context, `${clean(pairing.message)} lockstep locks shows it when it has told what it is.`);
    return undefined;
  }
  const answer = await context.client.call('devices/get', { device_id: id }, oneDeviceSchema);
  if (!answer.ok) return answer.failure;
  const { device } = answer.value.data;
  const { x_slots: slots } = device;
  print(context, clean(pairing.message));
  print(
    context,
    facts([
      ['name', clean(deviceName(device))],
      ['id', device.device_id],
      ['address', device.x_address],
      ['security', clean(pairing.security ?? 'unknown')],
      ['slots', slots ? `${slots.first}-${slots.last}` : 'not told yet'],
    ]),
  );
  print(context, `Next: lockstep codes create ${id.slice(0, 8)} --name NAME --wait`);
  return undefined;
};
