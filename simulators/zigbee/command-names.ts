import type { ApsFrame } from './air.ts';

const doorLock = 0x0101;

/** Door lock cluster, commands to the lock (ZCL 7.3, commands received by the server). */
const toDoorLock: Readonly<Record<number, string>> = {
  0x00: 'lock',
  0x01: 'unlock',
  0x02: 'toggle',
  0x03: 'unlock_with_timeout',
  0x04: 'get_log_record',
  0x05: 'set_pin_code',
  0x06: 'get_pin_code',
  0x07: 'clear_pin_code',
  0x08: 'clear_all_pin_codes',
  0x09: 'set_user_status',
  0x0a: 'get_user_status',
  0x0b: 'set_week_day_schedule',
  0x0c: 'get_week_day_schedule',
  0x0d: 'clear_week_day_schedule',
  0x0e: 'set_year_day_schedule',
  0x0f: 'get_year_day_schedule',
  0x10: 'clear_year_day_schedule',
  0x11: 'set_holiday_schedule',
  0x12: 'get_holiday_schedule',
  0x13: 'clear_holiday_schedule',
  0x14: 'set_user_type',
  0x15: 'get_user_type',
  0x16: 'set_rfid_code',
  0x17: 'get_rfid_code',
  0x18: 'clear_rfid_code',
  0x19: 'clear_all_rfid_codes',
};

/** Commands that every cluster has (ZCL revision 8, table 2-3). */
const foundation: Readonly<Record<number, string>> = {
  0x00: 'read_attributes',
  0x01: 'read_attributes_response',
  0x02: 'write_attributes',
  0x04: 'write_attributes_response',
  0x06: 'configure_reporting',
  0x07: 'configure_reporting_response',
  0x08: 'read_reporting_configuration',
  0x09: 'read_reporting_configuration_response',
  0x0a: 'report_attributes',
  0x0b: 'default_response',
  0x0c: 'discover_attributes',
  0x0d: 'discover_attributes_response',
};

const hex = (value: number, digits: number): string => `0x${value.toString(16).padStart(digits, '0')}`;

const doorLockName = (command: number, fromServer: boolean): string | undefined => {
  if (!fromServer) return toDoorLock[command];
  if (command === 0x20) return 'operation_event_notification';
  if (command === 0x21) return 'programming_event_notification';
  const request = toDoorLock[command];
  return request === undefined ? undefined : `${request}_response`;
};

/** What a frame is, in words where it is a command that locks have to do with. */
export const commandName = ({ profile, cluster, payload }: ApsFrame): string => {
  if (profile === 0) return `zdo_${hex(cluster, 4)}`;
  const [control = 0] = payload;
  // Bit 2: a manufacturer's own command, whose code stands before the sequence number.
  const command = payload[(control & 0x04) === 0 ? 2 : 4] ?? 0;
  const specific = (control & 0x03) === 1;
  const name = specific
    ? cluster === doorLock && (control & 0x04) === 0
      ? doorLockName(command, (control & 0x08) !== 0)
      : undefined
    : foundation[command];
  return name ?? `${hex(cluster, 4)}_${hex(command, 2)}`;
};
