import type { Quirk } from './quirk.ts';

const groovy =
  "SmartThings' zigbee-lock.groovy (slots from 0 on; some Kwiksets don't tell of codes deleted at the keypad; 4–8 digits)";

/** Every code is an owner's: of a schedule it takes no notice. */
const smartCode = {
  countsFromZero: true,
  pinUsers: 30,
  codeLength: { min: 4, max: 8 },
  reportsProgramming: false,
  yearDaySchedules: 0,
} as const;

const dump =
  'keymaster 163 (dumps of two Kwiksets: user ids 0–29, codes in clear, unrestricted users only, no schedules in the manual)';

export const kwikset: readonly Quirk[] = [
  {
    name: 'kwikset-smartcode',
    models: 'Kwikset SmartCode 910, 912, 914, 916',
    manufacturers: ['Kwikset'],
    ids: [
      'SMARTCODE_DEADBOLT_5',
      'SMARTCODE_DEADBOLT_5_L',
      'SMARTCODE_LEVER_5',
      'SMARTCODE_DEADBOLT_10_L',
      'SMARTCODE_DEADBOLT_10_W3',
      'SMARTCODE_DEADBOLT_10_W3_L',
      'SMARTCODE_DEADBOLT_10T_W3',
    ],
    source: `zigbee-herdsman-converters kwikset.ts (30 codes, endpoint 2); zigbee2mqtt 4119, 30714; ${dump}; ${groovy}`,
    weak: 'No schedules: by the manual of one of them.',
    corrects: smartCode,
  },
  {
    name: 'weiser-smartcode-10',
    models: 'Weiser SmartCode 10 and 10 Touch, Kwikset 914 and 916 of the same ids',
    ids: ['SMARTCODE_DEADBOLT_10', 'SMARTCODE_DEADBOLT_10T'],
    source: `zigbee-herdsman-converters 11756 (lock on endpoint 2, battery alone on 196), 799, 7729, weiser.ts (30 codes); zigbee2mqtt 23907; ${groovy}`,
    weak: 'Slots from 0 on, and no schedules: a Kwikset under another name.',
    corrects: smartCode,
  },
];
