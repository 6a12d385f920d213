import { setLogger } from 'zigbee-herdsman';
import { logger } from 'zigbee-herdsman/dist/utils/logger.js';
import { expect, test, vi } from 'vitest';
import { isRadioDown, reasonOf, silenceHerdsman, whereOf } from './quiet-herdsman.ts';

const secret = '52,56,50,57,49,51';

const failed = (message: string, code?: string): Error => Object.assign(new Error(message), code && { code });

test.each([
  [failed('connect ECONNREFUSED 127.0.0.1:6638', 'ECONNREFUSED'), 'nobody listens there'],
  [failed('Error: No such file or directory, cannot open /dev/ttyUSB0'), 'there is no such device'],
  [failed('Error Resource temporarily unavailable Cannot lock port'), 'another program uses it'],
  [failed('Error: Permission denied, cannot open /dev/ttyUSB0'), 'this user may not open it'],
  [
    failed('Failed to connect to the adapter (Error: SRSP - SYS - ping after 6000ms)'),
    'the coordinator does not answer',
  ],
  [failed('Cannot write while transport is closed'), 'the line closed'],
  [
    failed('network commissioning failed - panId collision detected'),
    'another network nearby has the same PAN id',
  ],
  [failed('ENOSPC: no space left on device, write', 'ENOSPC'), 'the disk is full'],
  [
    failed(`ZCL command setPinCode({"pincodevalue":[${secret}]}) went wrong`),
    'zigbee-herdsman failed in an unexpected way',
  ],
  ['no error at all', 'zigbee-herdsman failed in an unexpected way'],
])('the reason for a failure is told in words of our own: %#', (error, said) => {
  expect(reasonOf(error)).toBe(said);
});

test('FIELD-BUGS 26: what zigbee-herdsman logs goes nowhere, for it may hold PINs and the network key', () => {
  const log = { debug: vi.fn(), info: vi.fn(), warning: vi.fn(), error: vi.fn() };
  setLogger(log);
  const speak = (): void => {
    for (const level of ['debug', 'info', 'warning', 'error'] as const) logger[level](secret, 'zh');
  };
  speak();
  expect(log.error).toHaveBeenCalledTimes(1);
  silenceHerdsman();
  speak();
  for (const heard of Object.values(log)) expect(heard).toHaveBeenCalledTimes(1);
});

test('where something failed is told without the words that may hold a PIN or a key', () => {
  const error = new TypeError(`setPinCode {"pincodevalue":{"data":[${secret}]}}\n at line two ${secret}`);
  const where = whereOf(error);
  expect(where).toContain('TypeError at ');
  expect(where).toContain('quiet-herdsman.test.ts');
  expect(where).not.toContain(secret);
  expect(whereOf(`text with ${secret}`)).toBe('string');
});

test.each([
  ['SRSP - AF - dataRequest after 6000ms', true],
  [
    'ZCL command 0x00124b/1 closuresDoorLock.getPinCode({"userid":3}) failed (SRSP - AF - dataRequest after 6000ms)',
    true,
  ],
  ['Cannot write while transport is closed', true],
  ['Cannot request when znp has not been initialized yet', true],
  ["Data request failed with error: 'MAC_NO_ACK' (0xe9)", false],
  ['Timeout after 10000ms [address=1 endpoint=1]', false],
])('a failure of the coordinator is told from that of a lock: %s', (message, expected) => {
  expect(isRadioDown(new Error(message))).toBe(expected);
});
