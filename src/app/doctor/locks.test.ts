import { describe, expect, test } from 'vitest';
import { belief, lockState, now, pin } from '../../../test/support/lock-states.ts';
import type { DeferralReason } from '../../core/deferral.ts';
import { displacedAddress, RadioId } from '../../core/ids.ts';
import type { AccessCode, Device, LockState } from '../../core/model.ts';
import type { LockInspection } from '../../ports/lock-inspection.ts';
import { aCode, aDevice } from '../../store/testing/test-bed.ts';
import { capabilities } from '../../../test/support/lock-states.ts';
import { judgeLock } from './locks.ts';
import type { LockChart } from './locks.ts';

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;

const healthy: LockInspection = {
  security: 'S2 Access Control',
  weakSecurity: false,
  product: undefined,
  firmware: undefined,
  quirk: undefined,
  reach: 'asleep',
  lastSeenAt: now - hour,
  roundTripMs: 620,
  signalDbm: -71,
  sent: 100,
  undelivered: 1,
  unanswered: 1,
};
const device = (changes: Partial<Device> = {}): Device =>
  aDevice(1, {
    name: 'Front door',
    capabilities: capabilities(),
    battery: 0.8,
    createdAt: now - day,
    ...changes,
  });
const state = (changes: Partial<LockState> = {}): LockState =>
  lockState([], { lastAuditAt: now - hour, ...changes });
const code = (changes: Partial<AccessCode>): AccessCode =>
  aCode(1, { pin: pin('918273'), status: 'set', ...changes });
const chart: LockChart = {
  device: device(),
  state: state(),
  troubled: [],
  codeCount: 0,
  usable: [1, 2, 3],
  listed: true,
  inspection: healthy,
  radioReady: true,
  audits: true,
  now,
};
const said = (changes: Partial<LockChart> = {}): string[] =>
  judgeLock({ ...chart, ...changes }).map(({ level, message }) => `${level}: ${message}`);
const inspected = (changes: Partial<LockInspection>): string[] =>
  said({ inspection: { ...healthy, ...changes } });
const removedAgo = (ms: number): AccessCode => code({ name: 'Anna', deletingSince: now - ms });

describe('a lock', () => {
  test('with nothing wrong has one line', () => {
    expect(said()).toEqual(['ok: asleep, S2 Access Control, answers in 620 ms, 0 codes']);
    expect(said({ inspection: undefined })).toEqual(['ok: reachable, 0 codes']);
  });

  test('that does not answer is a problem, with when it was last heard and is tried again', () => {
    const health = { failures: 3, retryAt: now + 4 * minute };
    expect(said({ device: device({ online: false }), state: state({ health }) })).toEqual([
      'problem: does not answer, last heard 60 min ago, tried again in 4 min',
    ]);
    expect(inspected({ reach: 'dead' })).toEqual(['problem: does not answer, last heard 60 min ago']);
  });

  test('is not blamed for a radio that is away', () => {
    const lost = said({ device: device({ online: false, capabilities: undefined }), radioReady: false });
    expect(lost).toHaveLength(1);
    expect(lost[0]).toMatch(/^ok/);
  });

  test.each<[number, number, number, string | undefined]>([
    [100, 5, 4, undefined],
    [
      100,
      5,
      5,
      'warning: weak link: 10 % of 100 commands were lost (5 not delivered, 5 not answered), signal -71 dBm',
    ],
    [
      100,
      30,
      0,
      'problem: weak link: 30 % of 100 commands were lost (30 not delivered, 0 not answered), signal -71 dBm',
    ],
    [19, 19, 0, undefined],
    [0, 0, 0, undefined],
  ])('of %i commands lost %i + %i (FIELD-BUGS 24)', (sent, undelivered, unanswered, found) => {
    const all = inspected({ sent, undelivered, unanswered }).filter((one) => !one.startsWith('ok'));
    expect(all).toEqual(found === undefined ? [] : [found]);
  });

  test('that its radio does not list is told as gone, not as one with flat batteries', () => {
    const gone = { device: device({ online: false }), listed: false, inspection: undefined };
    expect(said(gone)).toEqual([
      'problem: is not among the locks of its radio: it has left the network or was reset, or has not told yet what it is',
    ]);
    expect(said({ ...gone, radioReady: false })[0], 'nothing is known of it then').toMatch(/^ok: /);
  });

  test('that answers late is a warning', () => {
    expect(inspected({ roundTripMs: 4_200 })).toEqual(['warning: slow link: answers after 4.2 s']);
  });

  test('with weak security is a warning that names it', () => {
    expect(inspected({ weakSecurity: true, security: 'S0' })).toEqual([
      'warning: weak security (S0): the link can be listened to or forged from nearby',
    ]);
  });

  test.each([
    [0.2, undefined],
    [0.19, 'warning: battery at 19 %'],
    [0.09, 'problem: battery at 9 %'],
    [undefined, undefined],
  ])('with its battery at %s', (battery, found) => {
    const all = said({ device: device({ battery }) }).filter((one) => !one.startsWith('ok'));
    expect(all).toEqual(found === undefined ? [] : [found]);
  });

  test('whose abilities are not known can be given no code (FIELD-BUGS 23)', () => {
    const young = device({ capabilities: undefined, createdAt: now - minute });
    expect(said({ device: young })).toEqual(["warning: what it can do isn't known yet: no code can be set"]);
    expect(said({ device: device({ capabilities: undefined }) })).toEqual([
      "problem: what it can do isn't known: no code can be set",
    ]);
  });

  test('that can not be read is a warning: it gets only slots of its own (FIELD-BUGS 15)', () => {
    const blind = device({ capabilities: { ...device().capabilities!, readBack: 'none' } });
    const unread = { device: blind, state: state({ adopted: false }) };
    expect(said(unread), 'with slots that the config names').toEqual([expect.stringMatching(/^ok: /)]);
    expect(said({ ...unread, usable: [] })).toEqual([
      'warning: can not be read: codes of others on it are not seen, so that only slots named in the config are written',
    ]);
  });

  test('that is still being learned is a warning', () => {
    // One that didn't answer is in the books, and isn't known for that.
    const slots = lockState([belief(1, { state: { kind: 'empty' } }), belief(2)]).slots;
    expect(said({ state: state({ adopted: false, slots }) })).toEqual([
      'warning: its slots are being looked at for the first time: 1 of 6 known',
    ]);
    const mute = lockState([belief(2, { misses: 2 })]).slots;
    expect(said({ state: state({ adopted: false, slots: mute }) })).toEqual([
      'warning: its slots are being looked at for the first time: 0 of 6 known, no answer for 2',
    ]);
  });

  test('that was reset is a problem, and frozen (FIELD-BUGS 31)', () => {
    expect(said({ state: state({ reset: { at: now - hour, why: 'codes_gone' } }) })).toEqual([
      'problem: was reset or exchanged (found 60 min ago): frozen, nothing is written to it',
    ]);
  });

  test('that still holds a removed code after half an hour is a problem (FIELD-BUGS 27)', () => {
    expect(said({ troubled: [removedAgo(31 * minute)] })).toEqual([
      'problem: 1 removed code (Anna) may still open the door',
    ]);
    expect(said({ troubled: [removedAgo(29 * minute)] })[0]).toMatch(/^ok/);
  });

  test('with codes in error names them and the first reason, without PINs', () => {
    const errors = [
      {
        code: 'duplicate_code_on_device',
        message: 'The lock holds this PIN already.',
        created_at: now,
        extra: {},
      },
    ];
    const found = said({ troubled: ['A', 'B', 'C', 'D'].map((name) => code({ name, errors })) });
    expect(found).toEqual(['problem: 4 codes with errors (A, B, C …): The lock holds this PIN already.']);
    expect(found.join()).not.toContain('918273');
  });

  test('not audited for more than two days is a warning, unless audits are off', () => {
    const old = state({ lastAuditAt: now - 3 * day });
    expect(said({ state: old })).toEqual([
      'warning: not audited for 3 days: a change at its keypad may have gone unseen',
    ]);
    expect(said({ state: old, audits: false })[0]).toMatch(/^ok/);
    expect(said({ state: state({ lastAuditAt: now - 2 * day + minute }) })[0]).toMatch(/^ok/);
  });

  test('caught saying yes and storing nothing is a warning (FIELD-BUGS 17)', () => {
    expect(said({ state: state({ seenToLie: true }) })[0]).toMatch(
      /^warning: has said yes to a code and not/,
    );
  });

  test('that has left the network has its codes waiting, and nothing else is said of it', () => {
    const gone = device({ removedAt: now - hour, online: false, battery: 0.01 });
    expect(said({ device: gone, codeCount: 1 })).toEqual([
      'warning: has left the network; 1 code waits for its successor; it may still hold their PINs',
    ]);
  });

  test('at whose place another answers is not looked for: its batteries are not the matter', () => {
    const displaced = device({ address: displacedAddress(RadioId('zwave')), online: false });
    const all = judgeLock({ ...chart, device: displaced, codeCount: 1 });
    expect(all.map(({ level, message }) => `${level}: ${message}`)).toEqual([
      'problem: another lock answers at its place; 1 code waits for its successor',
    ]);
    expect(all[0]?.whatToDo).toContain('lockstep replace');
  });

  test('whose next codes are not loaded ahead of their time says why, and what to do', () => {
    const told = (reason: DeferralReason, changes: Partial<LockChart> = {}): string[] => {
      const deferral = { reason, message: '', until: reason === 'loading_rests' ? now + 3 * day : undefined };
      return judgeLock({ ...chart, deferral, ...changes })
        .filter(({ level }) => level !== 'ok')
        .map(({ level, message, whatToDo }) => `${level}: ${message} -> ${whatToDo ?? ''}`);
    };
    const id = chart.device.deviceId.slice(0, 8);
    expect(told('schedule_order_unknown')).toEqual([
      `warning: codes that begin soon are not loaded ahead of their time: whether its schedules bind a code from the start is not known -> Find it out on a free slot: lockstep certify ${id}`,
    ]);
    expect(told('loading_rests')[0]).toMatch(
      /^warning: .* not loaded ahead of their time, for another 3 days: .*lockstep repair /,
    );
    // That it can't be loaded ahead is nothing to see to.
    expect([told('no_schedules'), told('schedules_do_not_bind')]).toEqual([[], []]);
    const off = { state: state({ clockSeen: { at: now, offsetMs: 5 * minute } }) };
    for (const reason of ['clock_wrong', 'clock_silent'] as const) {
      expect(told(reason)).toEqual([expect.stringMatching(/^warning: .*lockstep audit /)]);
      expect(told(reason, off), 'told of its clock already').toEqual([
        expect.stringContaining('its own clock was 5 min fast'),
      ]);
    }
    expect(told('schedule_order_unknown', off)).toHaveLength(2);
  });

  test('with several things wrong has a line for each', () => {
    expect(
      said({ device: device({ battery: 0.15 }), inspection: { ...healthy, weakSecurity: true } }),
    ).toHaveLength(2);
  });
});
