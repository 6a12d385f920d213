import type { Quirk } from './quirk.ts';

/** One length for all codes, in parameter 16; occupied slots read as asterisks on the whole range. */
const connect = {
  codeLength: { min: 4, max: 8 },
  lengthParameter: 16,
  readBack: 'masked',
} as const;

const masked =
  "SmartThings' schlage-lock driver (`**********` in occupied slots, parameter 16, a change of it = wiped)";

export const schlage: readonly Quirk[] = [
  {
    name: 'schlage-be469',
    models: 'Schlage BE469',
    products: ['003b:6341:5044'],
    source: `zwave-js device list (0x003b/be469.json: parameter 16); Home Assistant's node dump of a BE469 (30 slots, ten asterisks); keymaster 479, 480, 515; ${masked}`,
    corrects: connect,
  },
  {
    name: 'schlage-be469zp',
    models: 'Schlage BE469ZP',
    products: ['003b:0001:0469'],
    source: `zwave-js device list (0x003b/be469zp.json: parameter 16, Supervision unusable, answers up to 10 s late); zwave-js 5260, 2907 ("0000" in empty slots); keymaster 525; ${masked}`,
    weak: 'The read-back delay: SmartThings waits 4.2 s after a command, keymaster 525 read old content.',
    corrects: { ...connect, readBackDelayMs: 5_000 },
  },
  {
    name: 'schlage-be468',
    models: 'Schlage BE468',
    products: ['003b:6349:5044'],
    source: `zwave-js device list (0x003b/be468.json: "Changing length will delete all existing codes"); ${masked}`,
    corrects: connect,
  },
  {
    name: 'schlage-be468zp',
    models: 'Schlage BE468ZP',
    products: ['003b:0001:0468'],
    source: `zwave-js device list (0x003b/be468zp.json: parameter 16); keymaster 431 (longer codes refused); ${masked}`,
    corrects: connect,
  },
  {
    name: 'schlage-jbe109',
    models: 'Schlage JBE109, JFE109',
    products: ['003b:0004:2109', '003b:0004:6109'],
    source: `zwave-js device list (0x003b/jbe109.json, jfe109.json: parameter 16); ${masked}`,
    corrects: connect,
  },
];
