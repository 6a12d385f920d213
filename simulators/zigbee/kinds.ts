import type { LockInput } from './spec.ts';

const ordinary = {
  manufacturer: 'Lockstep',
  manufacturer_code: 0x7e57,
  slots: 20,
  code_length: { min: 4, max: 8 },
  event_masks: 0xffff,
} satisfies Partial<LockInput>;

/** One lock of each further character: preset `kinds`. */
export const kinds: readonly LockInput[] = [
  {
    ...ordinary,
    name: 'Sleepy',
    model: 'SIM-1',
    poll_control: true,
    behaviour: { poll_interval_ms: 300 },
    codes: { 1: '258013' },
  },
  {
    ...ordinary,
    name: 'Silent',
    model: 'SIM-2',
    event_masks: 0,
    behaviour: { report_programming: false, report_own: false },
    codes: { 2: '112233' },
  },
  {
    ...ordinary,
    name: 'Late reads',
    model: 'SIM-3',
    reserved_slots: [20],
    behaviour: { read_back_delay_ms: 700 },
    codes: { 3: '30303' },
  },
  {
    ...ordinary,
    name: 'Octets',
    model: 'SIM-4',
    behaviour: { mask: 'ff' },
    codes: { 4: '13579' },
  },
  {
    ...ordinary,
    name: 'Empty handed',
    model: 'SIM-5',
    behaviour: { mask: 'empty' },
    codes: { 5: '808080' },
  },
  {
    ...ordinary,
    name: 'Code before schedule',
    model: 'SIM-6',
    schedules: { needs_code: 'drops' },
    clock: { asks: 'utc', server: true },
    codes: { 2: '445566' },
  },
  {
    ...ordinary,
    name: 'Code drops schedule',
    model: 'SIM-7',
    schedules: { code_drops: true, week_day: 1 },
    clock: { lost_on_power_cut: true },
  },
  {
    ...ordinary,
    name: 'One length',
    model: 'SIM-8',
    one_code_length: 4,
    behaviour: { duplicate_answer: 'failure' },
    codes: { 2: '0420' },
  },
  {
    ...ordinary,
    name: 'Strict',
    model: 'SIM-9',
    behaviour: { duplicate_own_slot: true },
    codes: { 1: '717171' },
  },
];
