import { print, printJson } from '../context.ts';
import type { Context, Outcome } from '../context.ts';
import { deviceName } from '../resolve.ts';
import { bad, good } from '../io.ts';
import type { Result } from '../io.ts';
import { busySchema, oneDeviceSchema, pairingSchema } from '../shapes.ts';
import type { Pairing } from '../shapes.ts';
import { clean, facts } from '../text.ts';
import { followPairing, say } from './pairing-steps.ts';

export interface PairOptions {
  /** The text of the QR code, or `-` for standard input. */
  readonly qr?: string | undefined;
  /** The label's first five digits. */
  readonly pin?: string | undefined;
  /** Goes on with this pairing instead of beginning one: its terminal was lost. */
  readonly resume?: string | undefined;
}

/** `lockstep pair RADIO`. */
export const pair = async (context: Context, radio: string, options: PairOptions): Promise<Outcome> => {
  const id = options.resume === undefined ? await begin(context, radio, options) : good(options.resume);
  if (!id.ok) return id.failure;
  const done = await followPairing(context, id.value);
  if (!done.ok) return done.failure;
  const { pairing } = done.value.data;
  if (pairing.warning !== null) say(context, context.paint('bad', `WARNING: ${clean(pairing.warning)}`));
  if (context.json) {
    printJson(context, done.value.raw);
    return undefined;
  }
  // It may be a removal that is resumed.
  if (pairing.kind === 'remove') {
    print(context, clean(pairing.message));
    return undefined;
  }
  return introduce(context, pairing);
};

/** @returns the id of the pairing. */
const begin = async (context: Context, radio: string, options: PairOptions): Promise<Result<string>> => {
  const qr = options.qr === '-' ? await context.io.readStdin() : options.qr;
  if (qr?.trim() === '') return bad(2, 'There is no QR text on standard input.');
  const params = {
    radio,
    ...(qr === undefined ? {} : { qr_code: qr.trim() }),
    ...(options.pin === undefined ? {} : { dsk_pin: options.pin }),
  };
  const begun = await context.client.call('lockstep/pairing/start', params, pairingSchema);
  if (begun.ok) return good(begun.value.data.pairing.pairing_id);
  const { failure } = begun;
  const other = busySchema.safeParse(failure.body);
  if (!other.success) return begun;
  const how = `  lockstep pair ${clean(radio)} --resume ${clean(other.data.error.data.pairing_id)} goes on with it; Ctrl-C then ends it.`;
  return { ok: false, failure: { ...failure, message: `${failure.message}\n${how}` } };
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
