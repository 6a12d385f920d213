import type { z } from 'zod';
import type { lockSpecSchema } from './spec.ts';

type LockInput = z.input<typeof lockSpecSchema>;
/** A model without what a network adds: node id and name. */
type Model = Omit<LockInput, 'node' | 'name'>;

/**
 * Real models in what is known of their codes, by manufacturer, product type and product id as zwave-js's device
 * files give them (folder config/devices/0xNNNN of @zwave-js/config). The sources beside each say where its behaviour
 * comes from; what is marked "weak" rests on one report or on a neighbour's manual.
 */
const bolt = [1, 2, 3, 4, 5, 6];
const programming = [12, 13, 14, 15];

const userCode = {
  supervision: false,
  power: 'battery',
  user_code_version: 1,
  security: 's0',
  code_length: { min: 4, max: 8 },
  events: [...bolt, ...programming],
} satisfies Partial<Model>;
const s2 = { security: 's2_access_control', supervision: true } satisfies Partial<Model>;

/** One code length in parameter 16, ten asterisks for every code: all Schlages (be469.json; SmartThings driver). */
const schlage = {
  ...userCode,
  manufacturer_id: 0x003b,
  slots: 30,
  code_length_parameter: { number: 16, value: 4 },
  behaviour: { mask: '**********', reports_duplicate_event: false },
  codes: { 1: '1470' },
} satisfies Partial<Model>;

/** 250 codes; slot 251 is the master code (Yale's integrator guides of both generations). */
const yale = {
  ...userCode,
  manufacturer_id: 0x0129,
  slots: 250,
  codes: { 1: '147036' },
} satisfies Partial<Model>;
/** One year-day and seven daily repeating schedules for each user, who may have both (manual of the YRC256). */
const yaleSchedules = {
  schedules: { daily_repeating_slots: 7, kinds_at_once: 'all' },
  clock: {},
} satisfies Partial<Model>;

/** Schedules bind guests and workers only, by a parameter for each slot (kwikset_template.json). */
const kwikset = {
  ...userCode,
  manufacturer_id: 0x0090,
  slots: 30,
  configuration: true,
  schedules: { binds: 'guests' },
  clock: {},
  events: [...bolt, 12, 13],
  codes: { 2: '14703' },
} satisfies Partial<Model>;

const models = {
  // be469.json; Home Assistant's node dump (30 slots, asterisks); keymaster 479 (0000), 515.
  'schlage-be469': {
    ...schlage,
    product_type: 0x6341,
    product_id: 0x5044,
    empty_reads: '0000',
  },
  // be469zp.json; zwave-js 5260, 2907; the late reads are weak: keymaster 525, SmartThings' pauses of 4.2 s.
  'schlage-be469zp': {
    ...schlage,
    ...s2,
    product_type: 0x0001,
    product_id: 0x0469,
    empty_reads: '0000',
    behaviour: { ...schlage.behaviour, delay_ms: { read: 100 }, read_back_delay_ms: 4_000 },
  },
  // be468.json; SmartThings' Schlage driver.
  'schlage-be468': { ...schlage, product_type: 0x6349, product_id: 0x5044 },
  // be468zp.json; keymaster 431.
  'schlage-be468zp': { ...schlage, ...s2, product_type: 0x0001, product_id: 0x0468 },
  // jbe109.json.
  'schlage-jbe109': { ...schlage, ...s2, product_type: 0x0004, product_id: 0x2109 },
  // yrc_yrd_226_246_256_446-zw2.json: the master code is among the 251 slots, and can be overwritten.
  'yale-assure-zw2': {
    ...yale,
    ...yaleSchedules,
    product_type: 0x8002,
    product_id: 0x0600,
    slots: 251,
    codes: { 1: '147036', 251: '98765432' },
  },
  // Yale's guide for Z-Wave Plus v2, revision 1.9, table 2.
  'yale-assure-zw3': {
    ...yale,
    ...s2,
    ...yaleSchedules,
    // yale_template.json: parameters 2 and 3.
    auto_relock: { by: 'parameters', toggle: 2, seconds: 3 },
    product_type: 0x8002,
    product_id: 0x46d2,
    user_code_version: 2,
    slots: 500,
    reserved_slots: [251, 252, 253, 254, 255],
  },
  // zwave-js 9188: says success, reads right, deletes the code by itself.
  'yale-nf612-zw2': {
    ...yale,
    product_type: 0x810a,
    product_id: 0x0dd1,
    behaviour: { drops_after_ms: 3_000 },
  },
  // yrl226.json; the codes are weak: the guide of the deadbolts of that generation.
  'yale-yrl-zw2': { ...yale, ...yaleSchedules, product_type: 0x800c, product_id: 0x0f00 },
  // yrm276.json; weak as the one before.
  'yale-yrm276': { ...yale, ...yaleSchedules, product_type: 0x8014, product_id: 0x1600 },
  // yrd220.json: an alarm mapping without programming; Home Assistant 14632 (250 codes).
  'yale-real-living': {
    ...yale,
    product_type: 0x0002,
    product_id: 0x0000,
    events: bolt,
    behaviour: { report_programming: false, reports_duplicate_event: false },
  },
  // yale_smart_door_lock_z-wave_module.json: one daily repeating schedule for each user, though it claims twenty; zwave-js 5778.
  'yale-keyless': {
    ...yale,
    product_type: 0x0007,
    product_id: 0x0001,
    slots: 20,
    code_length: { min: 4, max: 10 },
    schedules: { year_day_slots: 0, daily_repeating_slots: 1, needs_code: 'refuses' },
    clock: {},
    events: bolt,
    behaviour: { report_programming: false },
  },
  // smartcode_888.json.
  'kwikset-888': { ...kwikset, product_type: 0x0003, product_id: 0x0541 },
  // 914.json.
  'kwikset-914': { ...kwikset, product_type: 0x0003, product_id: 0x0440 },
  // 916.json; lock-manager 104 (30 slots).
  'kwikset-916': { ...kwikset, product_type: 0x0001, product_id: 0x0642 },
  // ged1455.json; zwave-js 2669, 2683: a Kwikset under another name.
  'weiser-smartcode': { ...kwikset, product_type: 0x0006, product_id: 0x0339 },
  // hc620.json; lock_code_manager 818 (250 slots); keymaster 310; the code length is weak.
  'kwikset-hc620': {
    ...userCode,
    ...s2,
    manufacturer_id: 0x0090,
    product_type: 0x0811,
    product_id: 0x03a8,
    user_code_version: 2,
    slots: 250,
    codes: { 1: '147036' },
  },
  // Danalock's manual (20 codes, 4 to 10 digits; one week-day or one year-day slot, which wants the code first); clock and
  // events are weak.
  'danalock-v3': {
    ...userCode,
    ...s2,
    manufacturer_id: 0x010e,
    product_type: 0x0009,
    product_id: 0x0001,
    slots: 20,
    code_length: { min: 4, max: 10 },
    schedules: { version: 1, week_day_slots: 1, needs_code: 'refuses' },
    clock: {},
    codes: { 1: '147036' },
  },
  // Home Assistant's node dump (firmware 1.6); ID Lock's technical manual: PINs, tags, service and master code.
  'idlock-150': {
    ...userCode,
    manufacturer_id: 0x0373,
    product_type: 0x0003,
    product_id: 0x0001,
    slots: 109,
    code_length: { min: 4, max: 10 },
    reserved_slots: Array.from({ length: 57 }, (_, i) => 51 + i),
    codes: { 1: '147036', 26: 'tag:049f3ac2e15b80', 108: '555666', 109: '7778889' },
  },
  // idl-101.json; zwave-js-server-python's node dump (52 slots, a tag in slot 3); the rest is weak.
  'idlock-101': {
    ...userCode,
    manufacturer_id: 0x0230,
    product_type: 0x0003,
    product_id: 0x0001,
    slots: 52,
    code_length: { min: 4, max: 10 },
    codes: { 1: '147036', 3: 'tag:0a1ff2d3c45e' },
  },
  // pds-100.json: a lock with codes; all else is weak.
  'philia-pds100': {
    ...userCode,
    manufacturer_id: 0x0366,
    product_type: 0x0001,
    product_id: 0x0001,
    slots: 20,
    codes: { 1: '147036' },
  },
  // zwave-js 3935: every slot reads as available; zwave-js-server-python's node dump (49 slots); U-tec's manual.
  'ultraloq-ubolt-pro': {
    ...userCode,
    ...s2,
    manufacturer_id: 0x0452,
    product_type: 0x0004,
    product_id: 0x0001,
    slots: 49,
    events: [5, 6],
    behaviour: { reads_empty: true, report_programming: false },
    codes: { 1: '147036' },
  },
  // SmartThings' Samsung driver: a new master code takes all others along, "added" names no slot; slots are weak.
  'samsung-shp': {
    ...userCode,
    manufacturer_id: 0x022e,
    product_type: 0x0003,
    product_id: 0x0003,
    slots: 30,
    events: [...bolt, ...programming, 18],
    events_name_slot: false,
    master_code_wipes: true,
    codes: { 1: '147036' },
  },
} satisfies Record<string, Model>;

export const modelNames: readonly string[] = Object.keys(models);

/** Every model as a lock of one network: preset `models`. */
export const modelLocks: readonly LockInput[] = Object.entries<Model>(models).map(([name, model], i) => ({
  ...model,
  node: i + 2,
  name,
}));

/** The one lock of preset `model-NAME`, as node 2. */
export const modelLock = (name: string): LockInput | undefined => {
  const lock = modelLocks.find((each) => each.name === name);
  return lock === undefined ? undefined : { ...lock, node: 2 };
};
