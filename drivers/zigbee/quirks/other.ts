import type { Quirk } from './quirk.ts';

/**
 * Onesti's module, sold as Nimly and EasyAccess: three master codes before the others. It also tells each PIN as it is
 * typed (attribute 0x0101): no vendor's attribute is kept, of whatever lock.
 */
const onesti = {
  countsFromZero: true,
  firstSlot: 3,
  pinUsers: 1000,
  operationEvents: 'unparsable',
  batteryInPercent: true,
  onBatteries: true,
  relockIsSwitch: true,
} as const;

const onestiSource =
  'zigbee-herdsman-converters onesti.ts (endpoint 11; attribute 0x0101 holds the PIN as typed; battery in whole percents), 6249 (slots 000–999, of them 000–002 for master codes); zigbee2mqtt 6822 (AutoRelockTime is 0 or 1)';

export const other: readonly Quirk[] = [
  {
    name: 'schlage-be468-zigbee',
    models: 'Schlage BE468 with Zigbee',
    manufacturers: ['Schlage'],
    ids: ['BE468'],
    source:
      "zigbee-herdsman-converters schlage.ts (30 codes); zigbee2mqtt 18912 (user ids 0–29), 13844 (codes can be read); SmartThings' zigbee-lock.groovy (slots from 0 on); zwave-js device list (0x003b/be468.json: one length for all codes)",
    weak: 'One code length: as its Z-Wave twin.',
    corrects: { countsFromZero: true, pinUsers: 30, oneCodeLength: true },
  },
  {
    name: 'danalock-v3-zigbee',
    models: 'Danalock V3 with Zigbee and Danapad',
    manufacturers: ['Danalock'],
    ids: ['V3-BTZB', 'V3-BTZBE'],
    source:
      'zigbee2mqtt 10733 (20 codes with a Danapad), zigbee-herdsman-converters 3665 (none without); sprut/Hub 469 (a dump: 20 users, 4–11 digits, no schedules); home-assistant 84514 (a code read back); Danalock manual (4–10 digits)',
    weak: 'That 11 digits are too many: the manual is of another module.',
    corrects: { codeLength: { min: 4, max: 10 } },
  },
  {
    name: 'onesti-nimly',
    models: 'Nimly PRO, PRO24, Code, CodePRO, Touch, In, Shared',
    ids: ['NimlyPRO', 'NimlyPRO24', 'NimlyCode', 'NimlyCodePRO', 'NimlyTouch', 'NimlyIn', 'NimlyShared'],
    source: `${onestiSource}, 13233; lockly 49 (a set timed out and was applied)`,
    weak: 'That it says mains while it has batteries was seen on the EasyCodeTouch.',
    corrects: onesti,
  },
  {
    name: 'onesti-easyaccess',
    models: 'EasyAccess EasyCodeTouch, EasyFingerTouch, EasyFinger V2',
    ids: ['easyCodeTouch_v1', 'EasyCodeTouch', 'EasyFingerTouch', 'EasyCode903G2.1'],
    source: `${onestiSource}, 3083, 8994; zha-device-handlers 2354 (says mains while it has batteries); deconz-rest-plugin 4253 (operation events cut short)`,
    weak: 'EasyFinger V2: only its endpoint and its events are known.',
    corrects: onesti,
  },
  {
    name: 'idlock-150-zigbee',
    models: 'ID Lock 150, 202 with Datek Zigbee module',
    manufacturers: ['Datek'],
    ids: ['ID Lock 150', 'ID Lock 202'],
    source:
      "zigbee2mqtt 18456, 7567 (user id 108 is the service code; programming events carry the PIN twice); deconz-rest-plugin 3750 (4–10 digits), 4795; zigbee-herdsman-converters datek.ts (109 user ids); Homey's ID Lock app (25 PINs, 25 tags)",
    weak: 'Where PINs end and tags begin: from the Z-Wave module of the same lock.',
    corrects: { lastSlot: 25, codeLength: { min: 4, max: 10 } },
  },
  {
    name: 'sihas-dlm-300z',
    models: 'ShinaSystem SiHAS DLM-300Z',
    ids: ['DLM-300Z'],
    source: 'zigbee-herdsman-converters shinasystem.ts (user id 1 only, four digits)',
    corrects: { lastSlot: 1, codeLength: { min: 4, max: 4 } },
  },
];
