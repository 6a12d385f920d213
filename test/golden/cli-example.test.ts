import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { systemZones } from '../../src/platform/zones.ts';
import { deviceSchema } from '../../src/faces/cli/shapes.ts';
import { parseCodeFile } from '../../src/faces/cli/code-file/parse.ts';
import { resolveFile } from '../../src/faces/cli/code-file/resolve.ts';

it('the example file is understood as it stands in config/, and with what is commented out there', () => {
  const text = readFileSync(new URL('../../config/codes.example.yaml', import.meta.url), 'utf8');
  const whole = text.replaceAll(/^( +)# (- \{|Cellar)/gm, '$1$2');
  expect(whole).not.toBe(text);
  const devices = ['Front door', 'Back door', 'Cellar'].map((display_name, n) =>
    deviceSchema.parse({ device_id: `${n}`, display_name, properties: { online: true } }),
  );
  const around = { devices, zones: systemZones, timeZone: 'Europe/Berlin' };
  for (const [file, counts] of [
    [text, [4, 1]],
    [whole, [6, 1, 0]],
  ] as const) {
    const parsed = parseCodeFile(file);
    if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
    const resolved = resolveFile(parsed.locks, around);
    if (!resolved.ok) throw new Error(JSON.stringify(resolved.problems));
    expect(resolved.locks.map(({ wanted }) => wanted.access_codes.length)).toEqual(counts);
  }
});
