import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { StartError } from '../ports/errors.ts';
import { demoConfig, prepareDemo } from './setting.ts';

test('a demo whose simulated locks were deleted is not started on what it remembers of them', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'demo-'));
  try {
    const config = demoConfig(undefined, folder);
    mkdirSync(config.dataDir);
    writeFileSync(join(config.dataDir, 'lockstep.db'), '');
    const refused = prepareDemo(config);
    await expect(refused).rejects.toThrow(StartError);
    await expect(refused).rejects.toThrow(`Delete ${config.dataDir} too`);
    expect(readdirSync(folder), 'nothing was made in their place').toEqual(['.lockstep-demo']);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
