import type { Instant } from '../../core/model.ts';
import type { BrokerStatus } from '../../ports/broker-status.ts';
import { fine, problem, warning } from '../../ports/diagnosis.ts';
import type { Diagnosis } from '../../ports/diagnosis.ts';
import type { DriverStatus } from '../../ports/reconciler.ts';
import type { StoreHealth } from '../../ports/store.ts';
import { bytes, counted, span } from './words.ts';

/** A log this long isn't being brought into the database any more. */
const walWarningBytes = 64 * 2 ** 20;
/** A restart of the broker is no news. */
const brokerAwayMs = 60_000;
const outboxWarningCount = 10_000;
/** A radio takes this long to open, with some dozens of locks to be heard of. */
const radioStartMs = 5 * 60_000;

export interface Outbox {
  readonly length: number;
  readonly oldest: { readonly eventType: string; readonly at: Instant } | undefined;
}

export const judgeDatabase = (health: StoreHealth, now: Instant): Diagnosis[] => {
  const { file, damage, walBytes } = health;
  if (damage !== undefined)
    return [problem('database', file, damage, 'Stop the daemon, keep a copy of data_dir, restore a backup.')];
  if (health.refusesWrites !== undefined)
    return [
      problem(
        'database',
        file,
        `nothing can be stored: ${health.refusesWrites}`,
        `End what else has the file open (fuser ${file} names it), or see to the disk (dmesg). Codes wait until then.`,
      ),
    ];
  const walk = `found whole ${span(now - health.checkedAt)} ago`;
  const copies =
    health.backedUpAt === undefined
      ? 'no copy in backups'
      : `newest copy in backups ${span(now - health.backedUpAt)} old`;
  const found = fine(
    'database',
    file,
    `${bytes(health.bytes + walBytes)}, schema ${health.schemaVersion}, ${walk}; ${copies}`,
  );
  if (walBytes <= walWarningBytes) return [found];
  const grown = `its write-ahead log has grown to ${bytes(walBytes)}`;
  return [
    warning(
      'database',
      file,
      grown,
      'Restart the daemon; if it grows again, see what else has the file open.',
    ),
  ];
};

export const judgeBroker = (broker: BrokerStatus, outbox: Outbox, now: Instant): Diagnosis[] => {
  const waiting =
    outbox.oldest === undefined
      ? 'no event waits'
      : `${counted(outbox.length, 'event waits', 'events wait')}, the oldest for ${span(now - outbox.oldest.at)}`;
  const { refused } = broker;
  if (refused !== undefined)
    return [
      problem(
        'broker',
        'events',
        `the broker has refused ${refused.eventType} (seq ${refused.seq}) for ${span(now - refused.since)}; ${waiting}`,
        "Let the bridge's account publish below its base topic, events/# included: the broker's ACL forbids it.",
      ),
    ];
  if (broker.connected) {
    const found = `connected for ${span(now - broker.since)}; ${waiting}`;
    return outbox.length < outboxWarningCount
      ? [fine('broker', 'mqtt', found)]
      : [warning('broker', 'mqtt', found, 'The broker takes them slowly: see what else it does.')];
  }
  const why = broker.reason === undefined ? '' : ` (${broker.reason})`;
  const away = `not connected for ${span(now - broker.since)}${why}; ${waiting}`;
  const see = 'See that the broker runs and that mqtt.url, the account and its password are right.';
  return [(now - broker.since < brokerAwayMs ? warning : problem)('broker', 'mqtt', away, see)];
};

export const judgeRadio = (
  radio: DriverStatus,
  facts: Readonly<Record<string, string>>,
  runningMs: number,
): Diagnosis => {
  const told = Object.entries(facts).map(([label, value]) => `${label} ${value}`);
  const found = [counted(radio.locks, 'lock'), ...told].join(', ');
  const detail = radio.detail === undefined ? '' : `: ${radio.detail}`;
  switch (radio.state) {
    case 'ready':
      return fine('radio', radio.driver, `ready, ${found}`);
    case 'starting':
      return runningMs < radioStartMs
        ? warning('radio', radio.driver, `being opened${detail}`, 'Wait a little and ask again.')
        : problem(
            'radio',
            radio.driver,
            `still being opened after ${span(runningMs)}${detail}`,
            'Pull the stick and plug it in again; then see the log.',
          );
    case 'lost':
    case 'closed':
      return problem(
        'radio',
        radio.driver,
        `${radio.state}${detail}`,
        'Do what is said there. If nothing is: see that the stick is plugged in, that its path in the config is right and that no other program has it.',
      );
    default:
      return radio.state satisfies never;
  }
};

/** A device that joined in a pairing which came to nothing. */
export const judgeLeftBehind = (address: string): Diagnosis =>
  warning(
    'radio',
    address,
    'joined in a pairing that came to nothing: it is in the network, and used for nothing',
    `lockstep remove ${address} takes it out; if it was reset at the lock, add --gone. Then pair it.`,
  );

export const noRadio = (): Diagnosis =>
  warning(
    'radio',
    'none',
    'no driver is configured: nothing can be done at any lock',
    'Name your stick under drivers in the config (config/lockstep.example.yaml).',
  );
