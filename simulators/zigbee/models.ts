import type { LockInput } from './spec.ts';

/** A model without what a network adds: its name. */
type Model = Omit<LockInput, 'name'>;

/**
 * Real models in what is known of their codes, named as their Basic clusters name them (zigbee-herdsman-converters,
 * zha-device-handlers, SmartThings' zigbee-lock driver). The sources beside each say where its behaviour comes from;
 * what is marked "weak" rests on one report or on a neighbour.
 */

/**
 * Slot 0 is the master code; PINs are masked until attribute 0x0032 is set, which gets lost at times. What the hub
 * programs isn't told of (zigbee-lock.groovy).
 */
const yale = {
  manufacturer: 'Yale',
  manufacturer_code: 0x101d,
  poll_control: true,
  first_slot: 0,
  slots: 251,
  master_slot: 0,
  code_length: { min: 4, max: 8 },
  code_length_told: { min: 4, max: 10 },
  pin_over_air: false,
  clock: {},
  codes: { 1: '147036' },
  behaviour: {
    bogus_user_count: 250,
    swap_event_user: true,
    delete_all_user: 0xff,
    read_back_delay_ms: 300,
    report_own: false,
  },
} satisfies Partial<Model>;

/** DoorState of the Door Lock cluster, which only locks with a door sensor have: closed. */
const doorState = { id: 0x0003, type: 0x30, value: 1 } as const;

/** One module, built into locks of several names: SmartThings gives it 30 codes, whatever it says. */
const irevo = {
  manufacturer: 'ASSA ABLOY iRevo',
  manufacturer_code: 4491,
  poll_control: true,
  slots: 30,
  battery_in_percent: true,
  code_length: { min: 4, max: 10 },
  codes: { 1: '147036' },
  behaviour: { bogus_user_count: 250, swap_event_user: true },
} satisfies Partial<Model>;

/** Brazilian Yales: operation events lack their last field (a frame in zigbee2mqtt 8946). */
const yaleBrazil = {
  manufacturer: 'Yale',
  manufacturer_code: 4151,
  date_code: '230308',
  sw_build: '02.03.03',
  slots: 250,
  code_length: { min: 4, max: 10 },
  alarms: false,
  codes: { 1: '147036' },
  behaviour: { unparsable_operation_events: true },
} satisfies Partial<Model>;

/** User ids from 0 on (dumps in keymaster 163); a code deleted at the keypad isn't always told of. */
const kwikset = {
  manufacturer: 'Kwikset',
  manufacturer_code: 4242,
  endpoint: 2,
  poll_control: true,
  date_code: '20221118MEXSPB',
  sw_build: 'v004.010.052',
  first_slot: 0,
  slots: 30,
  code_length: { min: 4, max: 8 },
  code_length_told: { min: 4, max: 10 },
  schedules: { binds: false },
  clock: {},
  codes: { 0: '14703', 2: '36925' },
  behaviour: { bogus_user_count: 31, report_programming: 'not_deletions' },
} satisfies Partial<Model>;

/** Three master codes before the others; what is typed is told as attribute 0x0101 (onesti.ts, issue 6249). */
const onesti = {
  manufacturer: 'Onesti Products AS',
  manufacturer_code: 4660,
  endpoint: 11,
  alarms: false,
  sleepy: false,
  power_source_told: 1,
  battery_in_percent: true,
  first_slot: 0,
  slots: 1_000,
  reserved_slots: [0, 1, 2],
  code_length: { min: 4, max: 8 },
  // zigbee2mqtt 6822: on from the factory, about 7 s.
  auto_relock: { factory: 1, switches_s: 7 },
  codes: { 3: '147036' },
  behaviour: {
    bogus_user_count: 50,
    typed_pin_attribute: true,
    unparsable_operation_events: true,
  },
} satisfies Partial<Model>;

const models = {
  // yale.ts of the converters; zigbee-lock.groovy; what its attributes say is weak.
  'yale-assure': { ...yale, model: 'YRD226 TSDB' },
  // yale.ts; weak: as the Assure before it.
  'yale-assure-2': { ...yale, model: 'YRD430 TS' },
  // yale.ts: battery in whole percents.
  'yale-assure-percent': { ...yale, model: 'YRD246 TSDB', battery_in_percent: true },
  // home-assistant 58355; keymaster 660 (status 3); zha-device-handlers realliving.py.
  'yale-real-living': { ...yale, model: 'YRD210 PB DB', battery_in_percent: true },
  // zigbee2mqtt 32289: taken, and not there.
  'yale-irevo': {
    ...irevo,
    model: '06ffff2027',
    app_version: 11,
    behaviour: { ...irevo.behaviour, lie: { one_in: 4 } },
  },
  // zigbee2mqtt 11718; weak: as the others with this module.
  'yale-irevo-kin': { ...irevo, model: '0600000001' },
  // zigbee-herdsman-converters 8095 (100 codes); weak: the rest is the module's.
  'yale-ymi70a': { ...irevo, model: '06e0152204', slots: 100, battery_in_percent: false },
  // zigbee2mqtt 8946, 31652.
  'yale-ymc420': { ...yaleBrazil, model: 'YMC420' },
  // zigbee2mqtt 31460; zigbee-herdsman-converters 12755.
  'yale-solis': { ...yaleBrazil, model: 'SOLIS01', battery_in_percent: true },
  // zigbee2mqtt 4119, 30714.
  'kwikset-smartcode': { ...kwikset, model: 'SMARTCODE_DEADBOLT_10T_W3' },
  // zigbee-herdsman-converters 11756: two endpoints, and the first has no lock; the maker's name is weak.
  'weiser-smartcode-10': {
    ...kwikset,
    manufacturer: 'Weiser',
    model: 'SMARTCODE_DEADBOLT_10',
    power_endpoint: 196,
  },
  // schlage.ts of the converters; zigbee2mqtt 13844; the one length is weak: its Z-Wave twin's.
  'schlage-be468-zigbee': {
    manufacturer: 'Schlage',
    model: 'BE468',
    manufacturer_code: 0x1236,
    poll_control: true,
    first_slot: 0,
    slots: 30,
    code_length: { min: 4, max: 8 },
    one_code_length: 4,
    codes: { 0: '1470' },
  },
  // sprut/Hub 469 is a dump of its attributes; ten digits at most by Danalock's manual.
  'danalock-v3-zigbee': {
    manufacturer: 'Danalock',
    model: 'V3-BTZBE',
    manufacturer_code: 0x115c,
    date_code: '20210428',
    poll_control: true,
    alarms: false,
    slots: 20,
    code_length: { min: 4, max: 10 },
    code_length_told: { min: 4, max: 11 },
    pin_over_air: true,
    event_masks: 0xffff,
    codes: { 1: '147036' },
  },
  // onesti.ts; zigbee-herdsman-converters 6249, 13233.
  'onesti-nimly': { ...onesti, model: 'NimlyPRO', sw_build: '4.8.01', date_code: '20240625' },
  // zha-device-handlers 2354; deconz-rest-plugin 4253.
  'onesti-easyaccess': { ...onesti, model: 'easyCodeTouch_v1' },
  // zigbee2mqtt 18456, 7567; deconz-rest-plugin 3750; tags behind the PINs as in the lock's Z-Wave module.
  'idlock-150-zigbee': {
    manufacturer: 'Datek',
    model: 'ID Lock 150',
    manufacturer_code: 4919,
    sw_build: '0.7',
    alarms: false,
    slots: 109,
    code_length: { min: 4, max: 10 },
    // datek.ts asks for reports of these, and for its door sensor and volume.
    vendor_attributes: [
      { id: 0x4000, type: 0x10, value: 1, manufacturer_specific: true, writable: true },
      { id: 0x4001, type: 0x10, value: 1, manufacturer_specific: true, writable: true },
      { id: 0x4003, type: 0x20, value: 0, manufacturer_specific: true, writable: true },
      { id: 0x4004, type: 0x20, value: 1, manufacturer_specific: true, writable: true },
      { id: 0x4005, type: 0x10, value: 1, manufacturer_specific: true, writable: true },
      { cluster: 0x0000, id: 0x5000, type: 0x42, value: '1.6.2', manufacturer_specific: true },
      doorState,
    ],
    codes: { 1: '147036', 26: '', 108: '606606' },
    behaviour: { trailing_bytes: true, delete_all_user: 0 },
  },
  // shinasystem.ts: one user, four digits.
  'sihas-dlm-300z': {
    manufacturer: 'ShinaSystem',
    model: 'DLM-300Z',
    manufacturer_code: 0x1002,
    alarms: false,
    slots: 4,
    code_length: { min: 4, max: 4 },
    code_length_told: { min: 4, max: 10 },
    reserved_slots: [2, 3, 4],
    vendor_attributes: [doorState],
  },
} satisfies Record<string, Model>;

export const modelNames: readonly string[] = Object.keys(models);

/** Every model as a lock of one network: preset `models`. */
export const modelLocks: readonly LockInput[] = Object.entries<Model>(models).map(([name, model]) => ({
  ...model,
  name,
}));

/** The one lock of preset `model-NAME`. */
export const modelLock = (name: string): LockInput | undefined =>
  modelLocks.find((each) => each.name === name);
