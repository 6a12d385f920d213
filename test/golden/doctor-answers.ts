import { doctorView } from '../../src/app/doctor/view.ts';
import { fine, problem, warning, worstFirst } from '../../src/ports/diagnosis.ts';

const now = Date.parse('2026-11-22T12:00:00Z');
const ago = (seconds: number): string => new Date(now - seconds * 1000).toISOString();

/** What goes with the bridge in the answer of `lockstep/status`. */
export const statusState = {
  uptime_s: 4000,
  outbox: {
    length: 3,
    oldest_at: ago(600),
    oldest_type: 'lock.unlocked',
    refused: { event_type: 'lock.unlocked', seq: 10, since: ago(590) },
  },
  findings: { problems: 2, warnings: 1 },
};

/** What the doctor finds at that bridge. */
const sick = [
  fine('config', '/etc/lockstep/lockstep.yaml', 'can be used'),
  warning('lock', 'Back door of the garden house, 家 \u001b[31m', 'battery at 15 %', 'Change its batteries.'),
  problem(
    'broker',
    'events',
    'the broker has refused lock.unlocked (seq 10) for 10 min; 3 events wait, the oldest for 10 min',
    "Let the bridge's account publish below its base topic, events/# included: the broker's ACL forbids it.",
  ),
  fine('disk', '/var/lib/lockstep', '20 GB of 30 GB free'),
  problem(
    'radio',
    'zigbee',
    'lost: the adapter does not answer; is it plugged in?',
    'Do what is said there. If nothing is: see that the stick is plugged in, that its path in the config is right and that no other program has it.',
  ),
  fine('lock', 'Front door', 'reachable, S2 Access Control, answers in 620 ms, quirk row Yale YRD, 2 codes'),
];

/** What is found without a daemon. */
export const localChecks = [
  fine('config', '/etc/lockstep/lockstep.yaml', 'can be used'),
  warning(
    'permissions',
    'user',
    "this user (uid 1000) isn't the data directory's owner (uid 990), so not everything could be seen",
    'Ask as that user or with sudo.',
  ),
];

export const doctorBody = doctorView(worstFirst(sick), now);

/** Work at a slot that doesn't get on. */
export const slotWork = {
  what: 'set',
  in_flight: false,
  since: ago(180),
  attempts: 2,
  next_at: ago(-40),
  reason: 'not_applied',
  final: false,
};

/** What goes with the slots in the answer of `lockstep/slots`. */
export const slotsState = {
  unplaced: [
    {
      access_code_id: 'ee000005-0000-4000-8000-000000000005',
      name: 'Eve',
      work: { ...slotWork, attempts: 0, next_at: null, reason: 'full' },
    },
  ],
  lock: {
    online: true,
    adopted: true,
    retry_at: ago(-240),
    frozen_since: null,
    last_audit_at: ago(20_000),
    audit_due: false,
    checksum: 'distrusted',
    seen_to_lie: true,
  },
};
