import { UserIDStatus } from '@zwave-js/cc';
import { SupervisionStatus, ZWaveError, ZWaveErrorCodes } from '@zwave-js/core';
import { describe, expect, test } from 'vitest';
import { Pin } from '../../src/core/pin.ts';
import { codeOf, mishapOf, readOutcomeOf, writeOutcomeOf } from './translate.ts';

const occupied = (pin: Pin | 'masked' | undefined, enabled = true): object => ({
  kind: 'read',
  reading: { kind: 'occupied', pin, enabled },
});

describe('a User Code report', () => {
  test.each([
    ['Available, no code', UserIDStatus.Available, ''],
    ['Available with "0000" (FIELD-BUGS 5)', UserIDStatus.Available, '0000'],
    ['Available with a mask', UserIDStatus.Available, '****'],
    ['Available with digits', UserIDStatus.Available, '1234'],
  ])('%s is empty', (_, userIdStatus, userCode) => {
    expect(readOutcomeOf({ userIdStatus, userCode })).toEqual({ kind: 'read', reading: { kind: 'empty' } });
  });

  test.each([
    ['digits', '1234'],
    ['leading zeros (FIELD-BUGS 18)', '0007'],
    ['bytes that are digits', Uint8Array.of(0x30, 0x30, 0x31, 0x32)],
  ])('an enabled code of %s is that PIN', (_, userCode) => {
    const digits = typeof userCode === 'string' ? userCode : '0012';
    expect(readOutcomeOf({ userIdStatus: UserIDStatus.Enabled, userCode })).toEqual(
      occupied(Pin.parse(digits)),
    );
  });

  test.each([
    ['asterisks (FIELD-BUGS 1)', '****'],
    ['nothing at all (FIELD-BUGS 4)', ''],
    ['an undefined code', undefined],
    ['bytes that are no text', Uint8Array.of(0xff, 0xfe, 0, 1)],
    ['letters', '12AB'],
    ['digits with a space', '12 34'],
  ])('an enabled code of %s is occupied and masked', (_, userCode) => {
    const answer = { userIdStatus: UserIDStatus.Enabled, ...(userCode === undefined ? {} : { userCode }) };
    expect(readOutcomeOf(answer)).toEqual(occupied('masked'));
  });

  test.each([UserIDStatus.Disabled, UserIDStatus.Messaging, UserIDStatus.PassageMode])(
    'status %i is occupied and not enabled',
    (userIdStatus) => {
      expect(readOutcomeOf({ userIdStatus, userCode: '1234' })).toEqual(occupied(Pin.parse('1234'), false));
    },
  );

  test('that says "not available", or never came, is a timeout and never empty', () => {
    const timeout = { kind: 'failed', why: 'timeout' };
    expect(readOutcomeOf({ userIdStatus: UserIDStatus.StatusNotAvailable, userCode: '' })).toEqual(timeout);
    expect(readOutcomeOf(undefined)).toEqual(timeout);
  });
});

describe('the answer to a write', () => {
  const accepted = { kind: 'accepted' };
  test.each([
    ['Success', SupervisionStatus.Success, true, false, accepted],
    ['Success although a duplicate was heard of', SupervisionStatus.Success, true, true, accepted],
    ['Working', SupervisionStatus.Working, true, false, accepted],
    ['no report, unsupervised', undefined, false, false, accepted],
    [
      'no report, supervised',
      undefined,
      true,
      false,
      { kind: 'failed', why: 'timeout', mayHaveLanded: true },
    ],
    ['Fail', SupervisionStatus.Fail, true, false, { kind: 'refused', why: 'unspecified', certain: false }],
    [
      'Fail beside a duplicate event',
      SupervisionStatus.Fail,
      true,
      true,
      { kind: 'refused', why: 'duplicate', certain: false },
    ],
    [
      'a duplicate event alone',
      undefined,
      false,
      true,
      { kind: 'refused', why: 'duplicate', certain: false },
    ],
    [
      'No Support',
      SupervisionStatus.NoSupport,
      true,
      false,
      { kind: 'refused', why: 'unsupported', certain: true },
    ],
  ])('%s', (_, status, supervised, duplicate, outcome) => {
    expect(writeOutcomeOf(status, supervised, duplicate)).toEqual(outcome);
  });
});

describe('an error of zwave-js', () => {
  const failed = (why: string, mayHaveLanded: boolean): object => ({ kind: 'failed', why, mayHaveLanded });
  test.each([
    ['no acknowledgement', ZWaveErrorCodes.Controller_CallbackNOK, false, failed('unreachable', true)],
    [
      'dropped behind a dead node',
      ZWaveErrorCodes.Controller_MessageDropped,
      true,
      failed('unreachable', true),
    ],
    ['dropped with the line', ZWaveErrorCodes.Controller_MessageDropped, false, failed('radio_down', true)],
    ['driver destroyed', ZWaveErrorCodes.Driver_Destroyed, false, failed('radio_down', true)],
    ['driver not ready', ZWaveErrorCodes.Driver_NotReady, false, failed('radio_down', false)],
    [
      'expired, perhaps on the air',
      ZWaveErrorCodes.Controller_MessageExpired,
      false,
      failed('timeout', true),
    ],
    ['node timeout', ZWaveErrorCodes.Controller_NodeTimeout, false, failed('timeout', true)],
    ['something else', ZWaveErrorCodes.CC_OperationFailed, false, failed('timeout', true)],
    ['an error of somebody else', undefined, false, failed('timeout', true)],
    ['bad arguments', ZWaveErrorCodes.Argument_Invalid, false, { kind: 'refused', why: 'format' }],
    [
      'a frame too long',
      ZWaveErrorCodes.Controller_MessageTooLarge,
      false,
      { kind: 'refused', why: 'format' },
    ],
    ['unsupported', ZWaveErrorCodes.CC_NotSupported, false, { kind: 'refused', why: 'unsupported' }],
  ])('%s', (_, code, dead, mishap) => {
    expect(mishapOf(code, dead)).toEqual(mishap);
  });

  test('is known by its code, others are not', () => {
    expect(codeOf(new ZWaveError('x', ZWaveErrorCodes.CC_NoAPI))).toBe(ZWaveErrorCodes.CC_NoAPI);
    expect(codeOf(new Error('x'))).toBeUndefined();
    expect(codeOf('x')).toBeUndefined();
  });
});
