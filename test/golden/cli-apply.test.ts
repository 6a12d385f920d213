import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { LockAddress } from '../../src/core/ids.ts';
import { widthOf } from '../../src/faces/cli/text.ts';
import { CliHouse } from '../support/cli-house.ts';
import { House, lockSpec } from '../support/house.ts';

const backDoor = lockSpec({ address: LockAddress('simulated:2'), name: 'Back door' });
let house: House;
let cli: CliHouse;
beforeEach(async () => {
  house = new House([lockSpec(), backDoor]);
  await house.settle();
  cli = await CliHouse.open(house);
});
afterEach(async () => {
  await cli[Symbol.asyncDispose]();
  await house[Symbol.asyncDispose]();
});

const file = (text: string, path = 'codes.yaml'): void => {
  cli.files.set(path, text);
};
const pins = (lock = house.lock): string[] => [...lock.slots.values()].sort();
const answering = (...lines: string[]): { canAsk: true; readLine: () => Promise<string | undefined> } => ({
  canAsk: true,
  readLine: () => Promise.resolve(lines.shift()),
});

const guests = `
locks:
  Front door:
    codes:
      - { name: Anna, code: "0471" }
      - name: Benjamin of the cleaning company in the next street
        code: "1357"
        starts: 2030-12-24 15:00
        ends: "2030-12-27T11:00:00+01:00"
        allow_external_changes: true
      - { name: Cleo }
  simulated:2:
    codes: []
`;

describe('lockstep apply', () => {
  it('shows the difference, asks, does it, and waits until the locks agree', async () => {
    file(guests);
    await expect((await cli.run('diff codes.yaml')).out).toMatchFileSnapshot('cli-diff.txt');
    const { exit, out, err } = await cli.run('apply codes.yaml', answering('y'));
    expect([exit, err]).toEqual([0, 'Do that? [y/N] ']);
    await expect(out).toMatchFileSnapshot('cli-apply.txt');
    for (const line of out.split('\n')) expect(widthOf(line)).toBeLessThanOrEqual(80);
    expect(out).not.toContain('0471');
    expect(pins()).toContain('0471');
    expect(house.lock.slots.size).toBe(2);
    expect(await cli.run('diff codes.yaml')).toEqual({
      exit: 0,
      out: 'Front door: no difference\nBack door: no difference\n',
      err: '',
    });
    expect((await cli.run('apply codes.yaml')).exit, 'nothing to ask about').toBe(0);
  });

  it('shows what changes, with PINs only where they are asked for', async () => {
    file(guests);
    await cli.run('apply codes.yaml --yes');
    file(`
locks:
  front:
    codes:
      - { name: Anna, code: "9753", one_time: false, shared_key: "family: all" }
      - { name: Benjamin, code: "1357", starts: 2030-12-24 15:00, ends: 2030-12-28 11:00 }
      - { name: Dan, code: "8642", starts: 2020-12-24 15:00, ends: 2020-12-28 11:00 }
`);
    const hidden = await cli.run('diff codes.yaml');
    expect([hidden.exit, hidden.err]).toEqual([1, '']);
    await expect(hidden.out).toMatchFileSnapshot('cli-diff-changes.txt');
    const shown = await cli.run('diff codes.yaml --show-codes');
    expect(shown.out).toContain('PIN 9753');
    const json = await cli.run('diff codes.yaml --json');
    expect(JSON.parse(json.out)).toMatchObject({ ok: true, diff: { devices: [{ unchanged: 0 }] } });
    expect(hidden.out + json.out).not.toMatch(/0471|9753|1357|8642/);
  });

  it('does nothing without a yes', async () => {
    file(guests);
    for (const line of ['n', '', undefined]) {
      const readLine = (): Promise<string | undefined> => Promise.resolve(line);
      const { exit, err } = await cli.run('apply codes.yaml', { canAsk: true, readLine });
      expect([exit, err.endsWith('lockstep: Nothing was done.\n')]).toEqual([1, true]);
    }
    expect(house.store.accessCodes()).toEqual([]);
  });

  it('asks for --yes where nobody can be asked', async () => {
    file(guests);
    const { exit, err } = await cli.run('apply codes.yaml');
    expect([exit, err]).toEqual([2, expect.stringContaining('give --yes.')]);
    expect(house.store.accessCodes()).toEqual([]);
    expect((await cli.run('apply codes.yaml --yes --no-wait')).out).not.toContain('agree');
    expect(house.store.accessCodes()).toHaveLength(3);
  });

  it('wants more than a yes where most codes of a lock would go', async () => {
    file(guests);
    await cli.run('apply codes.yaml --yes');
    file('locks: { front: { codes: [] } }');
    for (const line of ['apply codes.yaml', 'apply codes.yaml --yes', 'apply codes.yaml --yes --removals 2'])
      expect(await cli.run(line)).toMatchObject({
        exit: 2,
        err: expect.stringContaining('give --yes --removals 3.') as string,
      });
    expect((await cli.run('apply codes.yaml', answering('y'))).exit).toBe(1);
    expect(house.lock.slots.size).toBe(2);
    const { exit, err } = await cli.run('apply codes.yaml', answering('3'));
    expect([exit, err]).toEqual([0, 'Most codes of a lock would be removed. Type 3 to remove so many: ']);
    expect(pins()).toEqual([]);
    file(guests);
    await cli.run('apply codes.yaml --yes');
    file('locks: { front: { codes: [] } }');
    expect((await cli.run('apply codes.yaml --yes --removals 3')).exit).toBe(0);
    expect(pins()).toEqual([]);
  });

  it('says what a lock does not do, and leaves it to the bridge', async () => {
    house.lock.faults.offline = true;
    file('locks: { front: { codes: [ { name: Anna, code: "0471" } ] } }');
    const { exit, err } = await cli.run('apply codes.yaml --yes', { clock: cli.clock(30) });
    expect(exit).toBe(1);
    expect(err).toContain('No progress for 60 s; all is kept, and the bridge goes on trying:\n');
    expect(err).toContain('  Front door, Anna: setting');
  });

  it('does not wait for what cannot be', async () => {
    house.lock.faults.offline = true;
    file('locks: { front: { codes: [ { name: Anna, code: "0471" } ] } }');
    await cli.run('apply codes.yaml --yes --no-wait');
    const [code] = house.store.accessCodes();
    const error = { code: 'duplicate_code_on_device', message: 'Another has it.', created_at: 0, extra: {} };
    house.store.putAccessCode({ ...code!, errors: [error] });
    const { exit, err } = await cli.run('apply codes.yaml');
    expect([exit, err]).toEqual([
      1,
      'lockstep: Not all of it can be; all is kept, and the bridge goes on trying:\n  Front door, Anna: setting: Another has it.\n',
    ]);
  });

  it("refuses as a whole what the bridge refuses, with the entry's place and in the file's words", async () => {
    file(`locks:
  front:
    codes:
      - { name: Anna, code: "0471" }
      - name: Ben
        starts: 2030-12-24 15:00
        ends: 2030-12-24 14:00
`);
    const { exit, err } = await cli.run('apply codes.yaml --yes');
    expect([exit, err]).toEqual([
      1,
      'lockstep: Nothing was done.\ncodes.yaml:7:15: Front door, Ben: ends: must be after starts (invalid_input)\n',
    ]);
    file('locks: { front: { codes: [ { name: Anna, code: "0471" }, { name: Ben, code: "0471" } ] } }');
    const twice = await cli.run('diff codes.yaml');
    expect([twice.exit, twice.out]).toEqual([2, '']);
    expect(twice.err).toContain('codes.yaml:1:77: Front door, Ben: code: another access code on this lock');
    expect(house.store.accessCodes()).toEqual([]);
    const lock = house.store.devices().find(({ name }) => name === 'Front door')!;
    house.store.putDevice({ ...lock, removedAt: house.clock.now() });
    expect((await cli.run('diff codes.yaml')).err).toMatch(
      /codes.yaml:1:10: Front door: .*\(device_removed\)/,
    );
  });

  it('does not overwrite what has changed since the difference was shown', async () => {
    file(guests);
    const { exit, err } = await cli.run('apply codes.yaml', {
      canAsk: true,
      readLine: async () => {
        await house.create('2468');
        return 'y';
      },
    });
    expect([exit, err]).toEqual([1, expect.stringContaining('(changed_meanwhile)')]);
    expect(house.store.accessCodes()).toHaveLength(1);
  });

  it.each([
    ['locks: { attic: { codes: [] } }', '1:10: no lock is called "attic"; there are: Front door ('],
    ['locks: { simulated: { codes: [] } }', '1:10: "simulated" could be any of these locks: Front door ('],
    ['locks: { front: { codes: [] }, Front door: { codes: [] } }', '1:32: this is the lock of line 1 again'],
    [
      'locks: { front: { codes: [ { name: A, starts: 2030-10-27 02:30 } ] } }',
      '1:47: starts: 2030-10-27 02:30 comes',
    ],
    [
      'locks: { front: { codes: [ { name: A, code: 8642 } ] } }',
      '1:45: code must be 4 to 12 digits in quotes',
    ],
  ])('names the place of what is wrong: %s', async (text, message) => {
    file(text);
    const { exit, out, err } = await cli.run('apply codes.yaml --yes');
    expect([exit, out]).toEqual([2, '']);
    expect(err).toContain(`lockstep: Nothing was done.\ncodes.yaml:${message}`);
    expect(err).not.toContain('8642');
  });

  it('says which file it cannot read', async () => {
    const { exit, err } = await cli.run('apply none.yaml');
    expect([exit, err]).toEqual([2, 'lockstep: none.yaml: there is no such file\n']);
  });

  it('takes a file far larger than a request from the network may be', async () => {
    const name = 'x'.repeat(90);
    const codes = Array.from({ length: 900 }, (_, n) => `      - { name: "${name} ${n}", code: "00000" }`);
    file(`locks:\n  front:\n    codes:\n${codes.join('\n')}\n`);
    expect((await cli.run('diff codes.yaml')).err).toMatch(/codes.yaml:5:\d+: .*\(duplicate_access_code\)/);
  });
});

describe('lockstep export', () => {
  const make = (device_id: string, params: object): Promise<unknown> =>
    house.call('access_codes/create', { device_id, ...params });

  beforeEach(async () => {
    await make(house.deviceId, { name: 'Anna', code: '0471' });
    await make(house.deviceId, { name: 'no', code: '1357', common_code_key: 'a: b # "c" \u200e' });
    await make(house.deviceId, { name: 'Twin', code: '2468', is_external_modification_allowed: true });
    await make(house.deviceId, {
      name: 'Twin',
      code: '9753',
      starts_at: '2030-10-27T00:30:00Z',
      ends_at: '2030-10-27T01:30:00Z',
    });
    await make(house.deviceId, { code: '8642' });
  });

  it('writes a file that apply takes back with no difference, with and without PINs', async () => {
    for (const options of ['', ' --show-codes']) {
      const { exit, out } = await cli.run(`export${options}`);
      expect([exit, out.includes('0471')]).toEqual([0, options !== '']);
      file(out);
      expect((await cli.run('diff codes.yaml')).out).toBe(
        'Front door: no difference\nBack door: no difference\n',
      );
      expect(await cli.run('apply codes.yaml')).toMatchObject({ exit: 0 });
    }
  });

  it('keeps a code that is taken off because it begins later, and leaves out one that is deleted', async () => {
    await house.settle();
    house.lock.faults.offline = true;
    const [anna, other] = house.store.accessCodes();
    const times = { starts_at: '2031-01-01T00:00:00Z', ends_at: '2031-01-02T00:00:00Z' };
    await house.call('access_codes/update', { access_code_id: anna?.accessCodeId, ...times });
    await house.call('access_codes/delete', { access_code_id: other?.accessCodeId });
    await house.settle();
    expect((await house.code(String(anna?.accessCodeId)))['status']).toBe('removing');
    const { out } = await cli.run('export front');
    expect([out.includes('name: Anna'), out.includes('"no"')]).toEqual([true, false]);
    file(out);
    expect((await cli.run('diff codes.yaml')).exit).toBe(0);
  });

  it('writes times in the zone of the lock, and the parameters of the route with --json', async () => {
    const { out } = await cli.run('export front');
    const plain = out.replaceAll(/[0-9a-f]{8}-[0-9a-f-]{27}/g, '<id>');
    await expect(plain).toMatchFileSnapshot('cli-export.txt');
    const json = await cli.run('export front --json --show-codes');
    const answer = await house.call('lockstep/diff', JSON.parse(json.out) as object);
    expect(answer).toMatchObject({ ok: true, body: { diff: { devices: [{ changes: [], unchanged: 5 }] } } });
    expect((await cli.run('export front back')).out).toContain('Back door: #');
    expect((await cli.run('export attic')).exit).toBe(1);
  });
});

describe('the times of codes', () => {
  it("are read in the lock's zone, shown there, and may have an offset", async () => {
    const line = ['codes', 'create', 'front', '--name', 'Anna', '--code', '0471'];
    const times = ['--starts', '2030-12-24 15:00', '--ends', '2030-12-27T11:00Z', '--wait'];
    const { exit, out } = await cli.run([...line, ...times]);
    expect([exit, out]).toEqual([0, expect.stringContaining('when its time comes')]);
    expect(house.store.accessCodes()[0]?.timeFrame).toEqual({
      startsAt: Date.parse('2030-12-24T14:00:00Z'),
      endsAt: Date.parse('2030-12-27T11:00:00Z'),
    });
    const plain = (text: string): string => text.replaceAll(/[0-9a-f]{8}(-[0-9a-f-]{27})?/g, '<id>');
    const list = (await cli.run('codes list')).out;
    await expect(plain(list)).toMatchFileSnapshot('cli-codes-list-times.txt');
    for (const text of list.split('\n')) expect(widthOf(text)).toBeLessThanOrEqual(80);
    const shown = plain((await cli.run('codes show anna')).out);
    await expect(shown).toMatchFileSnapshot('cli-codes-show-times.txt');
    expect((await cli.run(['codes', 'update', 'anna', '--ends', '2030-12-28 11:00'])).exit).toBe(0);
    expect(house.store.accessCodes()[0]?.timeFrame?.endsAt).toBe(Date.parse('2030-12-28T10:00:00Z'));
    expect((await cli.run('codes update anna --ongoing --allow-external-changes')).exit).toBe(0);
    expect(house.store.accessCodes()[0]).toMatchObject({
      timeFrame: undefined,
      externalChangesAllowed: true,
    });
    expect((await cli.run('codes update anna --no-allow-external-changes')).exit).toBe(0);
    expect(house.store.accessCodes()[0]).toMatchObject({ externalChangesAllowed: false });
  });

  it('that clocks there show twice are refused, and nothing is made', async () => {
    const times = ['--starts', '2030-10-27 02:30', '--ends', '2031-01-01 10:00'];
    const { exit, err } = await cli.run(['codes', 'create', 'front', ...times]);
    expect([exit, err]).toEqual([
      2,
      'lockstep: --starts: "2030-10-27 02:30" comes twice in Europe/Berlin, where clocks are put back: write 2030-10-27T02:30:00+02:00 or 2030-10-27T02:30:00+01:00.\n',
    ]);
    expect(house.store.accessCodes()).toEqual([]);
  });

  it('without an offset are refused for locks in different zones; else they share one PIN', async () => {
    const times = ['--starts', '2030-12-24 15:00', '--ends', '2030-12-27 11:00', '--length', '5'];
    const line = ['codes', 'create', 'front', '--also', 'back', '--name', 'Anna', ...times];
    const back = house.deviceIdOf(house.locks[1]!);
    const metadata = { device_id: back, ultraloq_metadata: { time_zone: 'Asia/Tokyo' } };
    await house.call('devices/report_provider_metadata', { devices: [metadata] });
    const { exit, err } = await cli.run(line);
    expect([exit, err]).toEqual([2, expect.stringContaining('different time zones')]);
    const made = await cli.run([...line.map((text) => text.replace(/:00$/, ':00Z')), '--wait']);
    expect(made.exit).toBe(0);
    expect(made.out).toContain(
      'Front door: It is written to the lock when its time comes.\nBack door: It is',
    );
    expect((await cli.run('codes list back')).out).not.toContain('Back door');
    const [one, other] = house.store.accessCodes();
    expect([one?.pin.reveal(), one?.pin.length]).toEqual([other?.pin.reveal(), 5]);
    expect(one?.commonCodeKey).toBe(other?.commonCodeKey);
  });
});
