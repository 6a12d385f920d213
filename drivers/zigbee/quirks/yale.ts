import type { Quirk } from './quirk.ts';

const converters = 'zigbee-herdsman-converters yale.ts';
const edge = "SmartThings' zigbee-lock driver";
const groovy =
  "SmartThings' zigbee-lock.groovy (slots from 1 on; 0x0032 is set again each time, for it gets lost; read back 4.2 s after a set)";
const shifted = `${edge} (shifts user ids of programming events that are 256 or more)`;

/** Slot 0 holds the master code, which nobody here touches. */
const yale = {
  codeLength: { min: 4, max: 8 },
  readBackDelayMs: 4_200,
  swapsEventUser: true,
  pinOverAirFirst: true,
} as const;
const asTwins = '4–8 digits: as their Z-Wave twins.';

/** iRevo's module, built into locks of several names. */
const irevo = { pinUsers: 30, swapsEventUser: true, batteryInPercent: true } as const;
const thirty = `${edge} (30 codes, whatever attribute 0x0012 says; shifts user ids that are 256 or more)`;

const frames =
  'operation events come without their last field, and without the bolt having moved; the bolt reports itself';

export const yaleLocks: readonly Quirk[] = [
  {
    name: 'yale-assure',
    models: 'Yale Assure YRD226, YRD256, YRD446, YRD652, YRL216, YRL226, YRL256, YRM476, Lockwood YDD-D4F0',
    manufacturers: ['Yale'],
    ids: [
      'YRD226 TSDB',
      'YRD226L TSDB',
      'YRD226/246 TSDB',
      'YRD256 TSDB',
      'YRD256L TSDB',
      'YRD446 BLE TSDB',
      'YRD652 TSDB',
      'YRD652L TSDB',
      'YRL216 PB',
      'YRL226 TS',
      'YRL226 TSLL',
      'YRL226L TS',
      'YRL256 TS',
      'YRM476 TS BLE',
      'YDD-D4F0 TSDB',
    ],
    source: `${converters} (250 codes); ${groovy}; ${shifted}`,
    weak: asTwins,
    corrects: yale,
  },
  {
    name: 'yale-assure-2',
    models: 'Yale Assure 2 YRD410, YRD420, YRD430, YRD450',
    manufacturers: ['Yale'],
    ids: ['YRD410 TS', 'YRD410 PB', 'YRD420 TS', 'YRD430 TS', 'YRD430 PB', 'YRD450 TS', 'YRD450-F TS'],
    source: `${converters} (250 codes); ${shifted}`,
    weak: 'All but the number of codes: as the Assure before it.',
    corrects: yale,
  },
  {
    name: 'yale-assure-percent',
    models: 'Yale Assure YRD246, YRD216',
    manufacturers: ['Yale'],
    ids: ['YRD246 TSDB', 'YRD216 PBDB'],
    source: `${converters} (battery in whole percents); ${groovy}; ${shifted}`,
    weak: asTwins,
    corrects: { ...yale, batteryInPercent: true },
  },
  {
    name: 'yale-real-living',
    models: 'Yale Real Living YRD210, YRD220, YRD240, YRL210, YRL220',
    manufacturers: ['Yale'],
    ids: ['YRD210 PB DB', 'YRD220/240 TSDB', 'YRL210 PB LL', 'YRL220 TS LL'],
    source: `home-assistant 58355 (user id 0 is no slot); keymaster 660, 661 (answers "duplicate"); zha-device-handlers yale/realliving.py (battery in whole percents); ${groovy}; ${shifted}`,
    weak: asTwins,
    corrects: { ...yale, duplicateCheck: true, batteryInPercent: true },
  },
  {
    name: 'yale-irevo',
    models: 'Yale YMF40, YDM4109+, YDF40, YMF40A with iRevo module',
    manufacturers: ['ASSA ABLOY iRevo'],
    ids: ['iZBModule01', '0700000001', 'c700000202', '06ffff2027'],
    source: `${thirty}; ${converters} (battery in whole percents); home-assistant 81559 (slots from 1 on); zigbee2mqtt 32289 (a code that the lock took wasn't there), 1118`,
    corrects: irevo,
  },
  {
    name: 'yale-irevo-kin',
    models: 'Yale YMF30, YDF40, YMF40A RL with iRevo module of other ids',
    ids: ['0600000001', '06ffff2029', '06e01d220c'],
    source: `${converters} (battery in whole percents); zigbee2mqtt 11718 (a YMF30 calls itself iZBModule01 at times)`,
    weak: 'Number of codes and exchanged bytes: as the others with this module.',
    corrects: irevo,
  },
  {
    name: 'yale-ymi70a',
    models: 'Yale YMI70A',
    ids: ['06e0152204'],
    source: 'zigbee-herdsman-converters 8095 (100 codes)',
    weak: 'That attribute 0x0012 can be believed as little as with the others of iRevo.',
    corrects: { pinUsers: 100, swapsEventUser: true },
  },
  {
    name: 'yale-ymc420',
    models: 'Yale YMC420, YMC420 W, YMC420 D, YDM60',
    manufacturers: ['Yale'],
    ids: ['YMC420', 'YMC 420', 'YMC420 W', 'YMC 420 W', 'YMC 420 D', 'YDM60'],
    source: `zigbee2mqtt 8946, 15721, 31652, 32103; zigbee-herdsman-converters 12755 (${frames})`,
    corrects: { operationEvents: 'unparsable' },
  },
  {
    name: 'yale-solis',
    models: 'Yale Solis',
    manufacturers: ['Yale'],
    ids: ['SOLIS01'],
    source: `zigbee2mqtt 31460 (250 codes); zigbee-herdsman-converters 12755 (${frames}; battery in whole percents)`,
    corrects: { operationEvents: 'unparsable', batteryInPercent: true },
  },
];
