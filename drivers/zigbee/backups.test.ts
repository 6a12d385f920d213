import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Controller } from 'zigbee-herdsman';
import { expect, onTestFinished, test, vi } from 'vitest';
import { handClock, temporaryHost } from '../../test/support/driver-host.ts';
import { Backups } from './backups.ts';
import { filesIn } from './storage.ts';

/** Backups of a coordinator that is only asked for them. */
const bench = async (answer: () => Promise<void> = () => Promise.resolve()) => {
  const folder = await mkdtemp(join(tmpdir(), 'lockstep-backups-'));
  const box = await temporaryHost();
  onTestFinished(async () => {
    await rm(folder, { recursive: true });
    await box[Symbol.asyncDispose]();
  });
  const { clock, pass, armed } = handClock();
  const files = filesIn(folder);
  const controller = new Controller({
    network: { panID: 7, channelList: [11] },
    transport: { path: 'tcp://127.0.0.1:1', adapter: 'zstack' },
    databasePath: files.database,
    databaseBackupPath: files.databaseBackup,
    backupPath: files.backup,
    adapter: { disableLED: false },
    acceptJoiningDeviceHandler: () => Promise.resolve(false),
  });
  const backup = vi.fn(answer);
  controller.backup = backup;
  const failed = vi.fn();
  const backups = new Backups(controller, files, { ...box.host, clock }, failed);
  return {
    backups,
    backup,
    failed,
    armed,
    lines: box.lines,
    pass: async (ms: number): Promise<void> => {
      pass(ms);
      await stat(files.folder);
    },
  };
};

test('devices that came or went are in a backup within seconds, several of them in one', async () => {
  const { backups, backup, pass } = await bench();
  backups.soon();
  await pass(1_000);
  backups.soon();
  await pass(1_000);
  expect(backup).not.toHaveBeenCalled();
  await pass(1_000);
  expect(backup).toHaveBeenCalledTimes(1);
});

test('without any reason it is made anew every six hours', async () => {
  const { backup, pass } = await bench();
  await pass(6 * 3_600_000 - 1);
  expect(backup).not.toHaveBeenCalled();
  await pass(1);
  await pass(6 * 3_600_000);
  expect(backup).toHaveBeenCalledTimes(2);
});

test('before the frame counter has run away from it, it is made anew', async () => {
  const { backups, backup, pass } = await bench();
  const talk = (times: number): void => {
    for (let time = 0; time < times; time += 1) backups.heard();
  };
  talk(1_999);
  await pass(10_000);
  expect(backup).not.toHaveBeenCalled();
  talk(500);
  await pass(2_000);
  expect(backup).toHaveBeenCalledTimes(1);
  talk(2_000);
  await pass(2_000);
  expect(backup).toHaveBeenCalledTimes(2);
});

test('one that fails is told of without its words, and tried again', async () => {
  const error = new Error('SRSP - SYS - osalNvLength after 6000ms 52,56,50,57');
  const { backups, backup, failed, lines, pass } = await bench(() => Promise.reject(error));
  backups.soon();
  await pass(2_000);
  expect(failed).toHaveBeenCalledWith(error);
  expect(lines.join('\n')).toContain('could not be backed up');
  expect(lines.join('\n')).not.toContain('52,56');
  await pass(6 * 3_600_000);
  expect(backup).toHaveBeenCalledTimes(2);
});

test('stopped, it makes none and leaves no timer', async () => {
  const { backups, backup, armed, pass } = await bench();
  backups.soon();
  await backups.stop();
  expect(armed()).toBe(0);
  backups.soon();
  await pass(24 * 3_600_000);
  expect(backup).not.toHaveBeenCalled();
});
