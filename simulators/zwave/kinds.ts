import type { z } from 'zod';
import type { lockSpecSchema } from './spec.ts';

type LockInput = z.input<typeof lockSpecSchema>;

const boltEvents = [1, 2, 3, 4, 5, 6];
const programmingEvents = [12, 13, 14, 15, 16];

const ordinary = {
  security: 's2_access_control',
  supervision: true,
  power: 'battery',
  code_length: { min: 4, max: 8 },
  events: [...boltEvents, ...programmingEvents],
} satisfies Partial<LockInput>;

/** One lock of each kind: preset `kinds`. */
export const kinds: readonly LockInput[] = [
  {
    ...ordinary,
    node: 2,
    name: 'Users',
    product_id: 0x11,
    user_credential: { credential_slots: 30 },
    slots: 20,
    events: [...boltEvents, 16],
    codes: { 1: '258013' },
    names: { 1: 'Ada' },
  },
  {
    ...ordinary,
    node: 3,
    name: 'Hidden users',
    product_id: 0x12,
    user_credential: { credential_slots: 10, name_max_length: 10 },
    slots: 10,
    events: [...boltEvents, 16],
    behaviour: { mask: true },
    codes: { 4: '13579' },
  },
  {
    ...ordinary,
    node: 4,
    name: 'Schedules',
    product_id: 0x13,
    user_code_version: 2,
    checksum: true,
    slots: 30,
    schedules: {},
    clock: { time_cc: true, ppm: 20 },
    codes: { 1: '246810' },
  },
  {
    ...ordinary,
    node: 5,
    name: 'Code before schedule',
    product_id: 0x14,
    user_code_version: 1,
    slots: 20,
    schedules: { needs_code: 'drops', erase_restores_full_access: false },
    clock: { clock_cc: true, lost_on_power_cut: true },
    codes: { 2: '112233' },
  },
  {
    ...ordinary,
    node: 6,
    name: 'One length',
    product_id: 0x15,
    user_code_version: 1,
    slots: 20,
    code_length_parameter: { number: 16, value: 4 },
    empty_reads: '0000',
    behaviour: { reports_duplicate_event: false },
    codes: { 2: '0420' },
  },
  {
    ...ordinary,
    node: 7,
    name: 'Late reads',
    product_id: 0x16,
    user_code_version: 1,
    slots: 20,
    reserved_slots: [20],
    behaviour: { read_back_delay_ms: 700, mask: '**********' },
    codes: { 3: '30303' },
  },
  {
    ...ordinary,
    node: 8,
    name: 'Old security',
    product_id: 0x17,
    security: 's0',
    supervision: false,
    user_code_version: 1,
    slots: 20,
    codes: { 1: '808080' },
  },
];
