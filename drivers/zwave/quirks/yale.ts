import type { Quirk } from './quirk.ts';

const guide =
  'Yale Z-Wave Plus v2 System Integrators Guide (master code in slot 251, 4–8 digits, one year-day slot for each user)';
/** Slot 251 is the master code, which must never be taken for a slot. */
const usual = {
  lastSlot: 250,
  codeLength: { min: 4, max: 8 },
  duplicateCheck: true,
  // zwave-js device list, yale_template.json (auto_relock, auto_relock_time_180).
  relock: { toggle: 2, on: 255, seconds: 3 },
} as const;

export const yale: readonly Quirk[] = [
  {
    name: 'yale-assure-zw2',
    models: 'Yale YRD2x6, YRC2x6, YRD4x6 with the ZW2 module',
    products: [
      '0129:8002:0600',
      '0129:8002:1600',
      '0129:8002:4600',
      '0129:8002:1000',
      '0129:8004:0600',
      '0129:8004:1000',
    ],
    source: `zwave-js device list (0x0129/yrc_yrd_226_246_256_446-zw2.json makes the claimed 250 slots 251, to reach the admin code); ${guide}`,
    corrects: usual,
  },
  {
    name: 'yale-assure-zw3',
    models: 'Yale YRD2x6-ZW3, YRC2x6-ZW3, Assure 2 (YRD4x0-ZW3)',
    products: [
      '0129:8002:46d2',
      '0129:8002:46d5',
      '0129:8002:a570',
      '0129:8002:46c2',
      '0129:8002:46c5',
      '0129:8004:46d1',
      '0129:8004:46c1',
      '0129:8104:45d1',
      '0129:8104:45d2',
      '0129:8104:45d3',
      '0129:8104:45d5',
    ],
    source: `${guide}, table 2 (251–255 special, 256–500 by extended commands only)`,
    corrects: usual,
  },
  {
    name: 'yale-nf612-zw2',
    models: 'Yale NF-YRD612-ZW2',
    products: ['0129:810a:0dd1'],
    source: 'zwave-js 9188 (250 slots and a master code; deletes a code some time after it was accepted)',
    corrects: usual,
  },
  {
    name: 'yale-yrl-zw2',
    models: 'Yale YRL226, YRL256, YRL216, YRL236 with the ZW2 module',
    products: ['0129:800c:0f00', '0129:800b:0f00'],
    source: `zwave-js device list (0x0129/yrl226.json, yrl216.json); ${guide}`,
    weak: 'The guide is written for deadbolts of the same generation.',
    corrects: usual,
  },
  {
    name: 'yale-yrm276',
    models: 'Yale YRM276, YRM476',
    products: ['0129:8014:1600', '0129:8014:5600', '0129:8014:1604'],
    source: `zwave-js device list (0x0129/yrm276.json, yrm476.json); ${guide}`,
    weak: 'The guide is written for deadbolts of the same generation.',
    corrects: usual,
  },
  {
    name: 'yale-real-living',
    models: 'Yale Real Living YRD210–YRD240, YRD110, YRD120, YRL210, YRL220',
    products: [
      '0129:0002:0000',
      '0129:0002:0209',
      '0129:0002:aa00',
      '0129:0002:ffff',
      '0129:0002:0800',
      '0129:0004:0000',
      '0129:0004:0209',
      '0129:0004:aa00',
      '0129:0004:ffff',
      '0129:0004:0800',
      '0129:0001:0000',
      '0129:0001:0409',
      '0129:0003:0000',
      '0129:0003:0409',
    ],
    source:
      'zwave-js device list (0x0129/yrd220.json, yrd210.json: of its old alarms none about programming is translated); home-assistant 14632 (250 slots)',
    weak: '4–8 digits: from the guides of later models.',
    corrects: { lastSlot: 250, codeLength: { min: 4, max: 8 }, reportsProgramming: false },
  },
  {
    name: 'yale-keyless',
    models: 'Yale Keyless Connected, Conexis (module P-KFCON-MOD-YALE)',
    products: ['0129:0007:0001', '0129:0007:0000'],
    source:
      'zwave-js device list (0x0129/yale_smart_door_lock_z-wave_module.json: no year-day slots, Supervision unusable); zwave-js 5778 (20 users, schedule slots miscounted)',
    corrects: { lastSlot: 20, reportsProgramming: false, yearDaySchedules: 0 },
  },
];
