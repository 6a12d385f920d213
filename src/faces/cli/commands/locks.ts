import { print, printJson } from '../context.ts';
import type { Context, Outcome } from '../context.ts';
import { deviceName, idLength } from '../resolve.ts';
import { devicesSchema } from '../shapes.ts';
import type { Device } from '../shapes.ts';
import { renderTable } from '../table.ts';
import type { Column } from '../table.ts';

const columns = (idWidth: number): Column<Device>[] => [
  { header: 'ID', value: (device) => device.device_id.slice(0, idWidth) },
  { header: 'NAME', value: deviceName, min: 8 },
  { header: 'ADDRESS', value: addressOf, min: 12 },
  { header: 'RADIO', value: radioOf, tone: (device) => (device.properties.online ? 'good' : 'bad') },
  { header: 'BOLT', value: boltOf },
  { header: 'BATT', value: batteryOf, align: 'right', tone: (device) => (isLow(device) ? 'bad' : undefined) },
  { header: 'SLOTS', value: slotsOf },
  { header: 'MODEL', value: (device) => device.properties.model?.display_name ?? '', min: 6 },
];

/** An EUI-64 is as long as everything else together, and its beginning is its maker's: its end tells locks apart. */
const addressOf = ({ x_address: address }: Device): string =>
  address.replace(/(?<=:)0x[0-9a-f]{12}(?=[0-9a-f]{4}$)/, '…');

const radioOf = (device: Device): string => {
  if (device.x_removed_at) return 'removed';
  if (!device.properties.online) return 'offline';
  return device.x_adopted || device.x_read_back === 'none' ? 'online' : 'learning';
};

const boltOf = ({ properties: { locked } }: Device): string => {
  if (locked === null || locked === undefined) return 'unknown';
  return locked ? 'locked' : 'unlocked';
};

const batteryOf = ({ properties: { battery_level: level } }: Device): string =>
  level === null || level === undefined ? '' : `${Math.round(level * 100)}%`;

const isLow = (device: Device): boolean => (device.properties.battery_level ?? 1) < 0.2;

const slotsOf = ({ x_slots: slots }: Device): string =>
  slots === null || slots === undefined ? 'unknown' : `${slots.first}-${slots.last}`;

/** `lockstep locks`. */
export const locks = async (context: Context): Promise<Outcome> => {
  const answer = await context.client.call('devices/list', {}, devicesSchema);
  if (!answer.ok) return answer.failure;
  const { devices } = answer.value.data;
  if (context.json) printJson(context, answer.value.raw);
  else if (devices.length === 0) print(context, 'No locks yet.');
  else
    print(
      context,
      renderTable(columns(idLength(devices.map((device) => device.device_id))), devices, context),
    );
  return undefined;
};
