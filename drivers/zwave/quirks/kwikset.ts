import type { Quirk } from './quirk.ts';

/**
 * A code is an "Owner" unless the Configuration parameter of its slot's number says Guest or Worker, and schedules
 * bind only those: a schedule for a code written by User Code CC would never bind it.
 */
const smartCode = {
  lastSlot: 30,
  codeLength: { min: 4, max: 8 },
  reportsProgramming: false,
  yearDaySchedules: 0,
} as const;

const template =
  'zwave-js device list (0x0090/templates/kwikset_template.json: user types in parameters 1–30; of its old alarms "code added" is not translated)';
const weak =
  'That an Owner is bound by no schedule is read out of "Guests and Workers will require schedules".';

export const kwikset: readonly Quirk[] = [
  {
    name: 'kwikset-888',
    models: 'Kwikset SmartCode 888',
    products: ['0090:0003:0541'],
    source: `0x0090/smartcode_888.json; ${template}`,
    weak,
    corrects: smartCode,
  },
  {
    name: 'kwikset-914',
    models: 'Kwikset SmartCode 914',
    products: ['0090:0003:0440', '0090:0001:0436', '0090:0003:4006'],
    source: `0x0090/914.json; ${template}`,
    weak,
    corrects: smartCode,
  },
  {
    name: 'kwikset-916',
    models: 'Kwikset SmartCode 916, 910, 912, Obsidian 954',
    products: [
      '0090:0001:0642',
      '0090:0003:0642',
      '0090:0001:0001',
      '0090:0001:0236',
      '0090:0003:0238',
      '0090:0003:0000',
      '0090:0001:0336',
      '0090:0003:0336',
      '0090:0003:0236',
      '0090:0003:0339',
      '0090:0003:0436',
      '0090:0003:0742',
    ],
    source: `0x0090/916.json, 910.json, 912.json, obsidian_954.json; ${template}; lock-manager 104 (30 slots)`,
    weak,
    corrects: smartCode,
  },
  {
    name: 'weiser-smartcode',
    models: 'Weiser SmartCode 5 and 10 (GED1455, GED1800, GED2150, GED2350)',
    products: ['0090:0006:0339', '0090:0006:0440', '0090:0006:0642', '0090:0006:0742'],
    source: `0x0090/ged1455.json, ged1800.json, ged2150.json, ged2350.json; ${template}; zwave-js 2669, 2683 (rebadged Kwiksets)`,
    weak,
    corrects: smartCode,
  },
  {
    name: 'kwikset-hc620',
    models: 'Kwikset Home Connect 620, 918',
    products: [
      '0090:0811:03a8',
      '0090:0811:06a8',
      '0090:0811:13a8',
      '0090:0811:13a9',
      '0090:0811:13b9',
      '0090:0811:23a8',
      '0090:0811:23a9',
      '0090:0811:23b9',
      '0090:0811:00a9',
      '0090:0811:03b8',
      '0090:0811:03b9',
      '0090:0811:00b9',
    ],
    source:
      'zwave-js device list (0x0090/hc620.json: Supervision unusable); lock_code_manager 818 (250 slots); keymaster 310 (User Code CC v2)',
    weak: '4–8 digits: as all other Kwiksets.',
    corrects: { lastSlot: 250, codeLength: { min: 4, max: 8 } },
  },
];
