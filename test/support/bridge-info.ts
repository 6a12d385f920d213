import type { BridgeInfo } from '../../src/app/index.ts';
import type { Clock } from '../../src/ports/clock.ts';
import type { HostFacts } from '../../src/ports/host.ts';

/** A machine with nothing wrong, at the clock's time. */
export const soundHost = (now: number, changes: Partial<HostFacts> = {}): HostFacts => ({
  now,
  config: {
    path: '/etc/lockstep/lockstep.yaml',
    problem: undefined,
    isChanged: false,
    withoutEffect: [],
  },
  paths: [
    {
      what: 'data directory',
      path: '/var/lib/lockstep',
      kind: 'directory',
      mostMode: 0o700,
      required: true,
      found: 'directory',
      mode: 0o700,
      uid: 990,
    },
  ],
  uid: 990,
  disk: {
    path: '/var/lib/lockstep',
    freeBytes: 20e9,
    totalBytes: 30e9,
    freeInodes: 1e6,
    totalInodes: 2e6,
    writable: true,
  },
  clock: { synchronised: true, builtAt: now - 30 * 86_400_000, timeZone: 'Europe/Berlin' },
  memory: { residentBytes: 180e6, availableBytes: 2e9, totalBytes: 4e9 },
  versions: { lockstep: '0.1.0', node: '24.21.0' },
  ...changes,
});

/** What a bridge knows of its surroundings, where all is well but there is no broker yet. */
export const aBridge = (
  clock: Clock,
): Pick<BridgeInfo, 'broker' | 'audits' | 'host' | 'listening' | 'deviceType'> => {
  const since = clock.now();
  return {
    broker: () => ({ connected: false, since, reason: 'no broker here', refused: undefined }),
    audits: true,
    deviceType: 'lockstep_lock',
    listening: () => [{ name: 'socket', where: '/run/lockstep/lockstep.sock', open: false }],
    host: { look: () => soundHost(clock.now()) },
  };
};
