import { createHash } from 'node:crypto';
import { Protocols, SecurityClass } from '@zwave-js/core';
import { expect, test } from 'vitest';
import { isDskPin, readLabel, withoutPin } from './qr-code.ts';

const groups = ['34028', '23669', '20785', '47123', '61440', '00017', '09999', '65535'];
const dsk = groups.join('-');

interface Parts {
  readonly version?: string;
  readonly keys?: string;
  readonly key?: string;
  readonly tail?: string;
}

/** A QR text as the registry of Z-Wave node provisioning information lays it out. */
const qrText = ({ version = '01', keys = '135', key = groups.join(''), tail = '' }: Parts = {}): string => {
  const productType = '0010' + '16387' + '01537';
  const productId = '0220' + '00000' + '00001' + '00002' + '00258';
  const body = `${keys}${key}${productType}${productId}${tail}`;
  const checksum = createHash('sha1').update(body).digest().readUInt16BE(0);
  return `90${version}${String(checksum).padStart(5, '0')}${body}`;
};

test('a SmartStart text gives the DSK and what the lock asks for', async () => {
  expect(await readLabel(qrText())).toEqual({
    kind: 'label',
    label: {
      dsk,
      smartStart: {
        dsk,
        securityClasses: [
          SecurityClass.S2_Unauthenticated,
          SecurityClass.S2_Authenticated,
          SecurityClass.S2_AccessControl,
          SecurityClass.S0_Legacy,
        ],
        requestedSecurityClasses: [
          SecurityClass.S2_Unauthenticated,
          SecurityClass.S2_Authenticated,
          SecurityClass.S2_AccessControl,
          SecurityClass.S0_Legacy,
        ],
        protocol: Protocols.ZWave,
      },
    },
  });
});

test('a lock that knows Long Range and the mesh joins the mesh', async () => {
  const both = await readLabel(qrText({ tail: '0803003' }));
  expect(both).toMatchObject({ label: { smartStart: { protocol: Protocols.ZWave } } });
  const only = await readLabel(qrText({ tail: '0803002' }));
  expect(only).toMatchObject({ label: { smartStart: { protocol: Protocols.ZWaveLongRange } } });
});

test.each([
  ['an S2 text', qrText({ version: '00' })],
  ['white space in it', qrText({ version: '00' }).replaceAll(/(.{7})/g, '$1 \n')],
  ['a whole DSK', dsk],
  ['a DSK as scanners give it', `zws2dsk:${dsk}`],
])('%s gives the DSK, for a lock that is put into pairing mode', async (_what, text) => {
  expect(await readLabel(text)).toEqual({ kind: 'label', label: { dsk, smartStart: undefined } });
});

const good = qrText();
test.each([
  ['', 'empty'],
  ['  \n', 'empty'],
  ['hello', 'other characters than digits'],
  [`${good}x`.replace('90', '9o'), 'other characters'],
  [`80${good.slice(2)}`, 'begins with 90'],
  [good.slice(0, 40), 'it has 40 digits, a Z-Wave code at least 52'],
  [qrText({ version: '02' }), 'version'],
  [`${good.slice(0, 20)}${good[20] === '1' ? '2' : '1'}${good.slice(21)}`, 'checksum'],
  [good.slice(0, -1), 'checksum'],
  [qrText({ keys: '000' }), 'no security'],
])('of %j it is said what is wrong, without quoting it', async (text, said) => {
  const reading = await readLabel(text);
  expect(reading.kind).toBe('bad');
  const problem = reading.kind === 'bad' ? reading.problem : '';
  expect(problem).toContain(said);
  expect(problem).not.toContain(groups[0]);
  expect(problem).not.toMatch(/\d{5}/);
});

test('what is shown of a DSK lacks the PIN', () => {
  expect(withoutPin(dsk)).toBe(groups.slice(1).join('-'));
  expect(withoutPin(`-${groups.slice(1).join('-')}`)).toBe(groups.slice(1).join('-'));
});

test.each([
  ['00000', true],
  ['34028', true],
  ['65535', true],
  ['65536', false],
  ['99999', false],
  ['3402', false],
  ['034028', false],
  ['3402a', false],
  [' 34028', false],
  ['', false],
])('%j as the digits of a label: %s', (text, expected) => {
  expect(isDskPin(text)).toBe(expected);
});
