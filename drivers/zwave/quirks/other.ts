import type { Quirk } from './quirk.ts';

export const other: readonly Quirk[] = [
  {
    name: 'danalock-v3',
    models: 'Danalock V3 with Danapad',
    products: ['010e:0009:0001'],
    source: 'Danalock manual ("20 usercode with 4-10 digits"; one year-day slot for each user)',
    weak: "The manual is the V2 module's; of the V3 only its Zigbee twin is known to have 20 PINs.",
    corrects: { lastSlot: 20, codeLength: { min: 4, max: 10 }, yearDaySchedules: 1 },
  },
  {
    name: 'idlock-150',
    models: 'ID Lock 150, 202',
    products: ['0373:0003:0001'],
    source:
      "Home Assistant's node dump of an ID Lock 150, firmware 1.6 (slots 1–50, 108, 109); ID Lock Z-Wave manual for firmware 1.6 (PINs and RFIDs in one list, event on duplicates); Homey's ID Lock app (25 PINs, 25 tags; the 202 has the ids of the 150)",
    weak: '108 as service PIN and 109 as master PIN: by what the dump holds there.',
    corrects: { lastSlot: 25, codeLength: { min: 4, max: 10 }, duplicateCheck: true },
  },
  {
    name: 'idlock-101',
    models: 'ID Lock 101',
    products: ['0230:0003:0001'],
    source:
      'zwave-js-server-python node dump of an IDL-101 (52 slots); zwave-js device list (0x0230/idl-101.json)',
    weak: 'Where PINs end and tags begin: as with the 150, though a tag was seen in slot 3.',
    corrects: { lastSlot: 25, codeLength: { min: 4, max: 10 } },
  },
  {
    name: 'philia-pds100',
    models: 'Philia PDS-100',
    products: ['0366:0001:0001'],
    source: 'zwave-js device list (0x0366/pds-100.json); SmartThings lists it as a lock with codes',
    weak: 'Nothing else is known of it: `lockstep certify` finds out more.',
    corrects: {},
  },
  {
    name: 'ultraloq-ubolt-pro',
    models: 'Ultraloq U-Bolt (Pro) Z-Wave',
    products: ['0452:0004:0001'],
    source:
      'zwave-js 3935 (codes work, and every slot reads as available); U-tec Z-Wave manual (4–8 digits, changed by Z-Wave only)',
    corrects: { codeLength: { min: 4, max: 8 }, readBack: 'none' },
  },
  {
    name: 'samsung-shp',
    models: 'Samsung SDS SHP series',
    products: [
      '022e:0003:0003',
      '022e:0001:0001',
      '022e:0004:0004',
      '022e:0005:0005',
      '022e:0006:0006',
      '022e:0007:0007',
      '022e:0007:0008',
    ],
    source: "SmartThings' samsung-lock driver (a new master code deletes all others)",
    corrects: { masterCodeWipes: true },
  },
];
