import fc from 'fast-check';
import { expect, test } from 'vitest';
import { mtSubsystem } from './mt-frame.ts';
import { startBench } from './testing/coordinator-bench.ts';
import { connect } from './testing/mt-client.ts';
import { PlainDevice } from './testing/plain-device.ts';

const requestArbitrary = fc.record({
  subsystem: fc.constantFrom(...Object.values(mtSubsystem)),
  command: fc.integer({ min: 0, max: 0x6f }),
  data: fc.uint8Array({ maxLength: 40 }),
});

test('whatever a hub asks for, it is answered once, and the coordinator goes on', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(requestArbitrary, { maxLength: 60 }), async (requests) => {
      await using bench = await startBench();
      bench.admit(new PlainDevice('0x00158d0000abcdef'), 0x1001);
      const client = await connect(bench.port);
      await client.request(mtSubsystem.zdo, 0x40, [0, 0]);
      for (const { subsystem, command, data } of requests) await client.request(subsystem, command, data);
      expect(await client.request(mtSubsystem.sys, 0x01)).toHaveLength(2);
      client.end();
    }),
    { numRuns: 40, seed: 4 },
  );
});
