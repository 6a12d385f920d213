import type { SecretPlace } from '../shared/first-start.ts';
import { missingNetwork, nameOf } from './network-file.ts';
import type { ZigbeeNetwork } from './network-file.ts';
import type { Stored, ZigbeeFiles } from './storage.ts';

/** What the coordinator has in its memory. */
export type OnStick =
  | { readonly kind: 'blank' }
  | {
      readonly kind: 'network';
      readonly panId: number;
      readonly extendedPanId: string;
      readonly channel: number;
      /** herdsman's mark is missing: it was cut off while it put the network there, or another program did. */
      readonly unmarked?: boolean;
    };

/** What zigbee-herdsman would do next. `startup`: the coordinator has our network, key included. `mismatch`: refuse. */
export type Strategy = 'startup' | 'restoreBackup' | 'startCommissioning' | 'mismatch';

/** What a coordinator has in its memory, and what herdsman would make of it. */
export interface StickMemory {
  readonly stick: OnStick;
  readonly strategy: Strategy;
}

export interface Situation extends StickMemory {
  readonly path: string;
  readonly network: ZigbeeNetwork;
  /** The network was made just now and isn't written down yet. */
  readonly isNew: boolean;
  /** The bridge has never known a Zigbee lock. */
  readonly firstStart: boolean;
  readonly stored: Stored;
  readonly place: SecretPlace;
  readonly files: ZigbeeFiles;
}

export type Verdict =
  /** Go on as it is. */
  | { readonly kind: 'resume' }
  | { readonly kind: 'restore' }
  /** Form a network: nobody loses anything. */
  | { readonly kind: 'form' }
  | { readonly kind: 'refuse'; readonly words: string };

const refuse = (words: string): Verdict => ({ kind: 'refuse', words });

const howMany = (devices: number): string => (devices === 1 ? 'one device' : `${devices} devices`);

const foreign = (at: Situation, stick: Extract<OnStick, { kind: 'network' }>): Verdict => {
  if (at.isNew) {
    return refuse(
      `${missingNetwork(at.place.file, `the coordinator at ${at.path} already has a network (${nameOf(stick)})`)} ` +
        'To begin a new network instead, erase the coordinator first (see its manual).',
    );
  }
  const sameName = stick.panId === at.network.panId && stick.extendedPanId === at.network.extendedPanId;
  const differs = sameName ? 'the same network under another key' : `another network (${nameOf(stick)})`;
  return refuse(
    `the coordinator at ${at.path} has ${differs}, not that of ${at.place.file} (${nameOf(at.network)}). ` +
      `Nothing was changed. Plug in the right coordinator, or restore the right ${at.place.file}; ` +
      'to put our network onto this one, erase it first (see its manual).',
  );
};

const blank = (at: Situation): Verdict => {
  const { backup, devices } = at.stored;
  const { files, place } = at;
  if (at.strategy === 'restoreBackup') return { kind: 'restore' };
  if (backup !== undefined) {
    return refuse(
      `the coordinator at ${at.path} is blank, and ${files.backup} is of another network (${nameOf(backup)}) than ` +
        `${place.file} (${nameOf(at.network)}), or of another key. Nothing was changed. Restore the two from the same backup.`,
    );
  }
  if (devices === 0 && at.firstStart) return { kind: 'form' };
  const loss = devices === 0 ? 'this bridge has had locks' : `${files.database} has ${howMany(devices)}`;
  return refuse(
    `the coordinator at ${at.path} is blank, but ${loss}. Nothing was changed. Restore ${files.backup} from your ` +
      'backup, or plug in the coordinator that was used before; a new network would have to pair every lock anew.',
  );
};

/** Some old sticks turn it round, or use their own where the usual default is set: herdsman starts with those. */
const isSameExtendedPan = (theirs: string, wanted: string): boolean =>
  theirs === wanted ||
  theirs === Buffer.from(wanted, 'hex').reverse().toString('hex') ||
  wanted === 'dddddddddddddddd';

/**
 * The coordinator and the network file agree. Our list of devices may still be another network's, and herdsman would
 * write this network's backup over the only one of that.
 */
const ours = ({ stored: { backup }, path, network, files, place }: Situation): Verdict => {
  if (backup === undefined) return { kind: 'resume' };
  const same =
    backup.panId === network.panId &&
    isSameExtendedPan(backup.extendedPanId, network.extendedPanId) &&
    backup.networkKey === Buffer.from(network.networkKey).toString('hex');
  if (same) return { kind: 'resume' };
  return refuse(
    `the coordinator at ${path} has the network of ${place.file} (${nameOf(network)}), but ${files.backup} is of another ` +
      `(${nameOf(backup)}) or of another key, and so are the locks in ${files.database}. Nothing was changed. Plug in ` +
      `their coordinator and restore its ${place.file}; to give them up, move those two files away, and pair the locks anew.`,
  );
};

/**
 * Decides whether zigbee-herdsman may do what it is about to do, before it has changed anything (FIELD-BUGS 34).
 * Forming a network erases the coordinator, and herdsman's device list with it; restoring erases the coordinator.
 */
export const ruleOfStart = (at: Situation): Verdict => {
  const { stick } = at;
  if (stick.kind === 'blank') return blank(at);
  // Cut off in the middle, our own forming or restoring begins again. The PAN id may have been taken, and changed.
  if (stick.unmarked === true && stick.extendedPanId === at.network.extendedPanId) return blank(at);
  return at.strategy === 'startup' && !at.isNew ? ours(at) : foreign(at, stick);
};
