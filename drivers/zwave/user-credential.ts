import {
  UserCredentialOperationType as Operation,
  UserCredentialRule,
  UserCredentialType,
  UserCredentialUserType,
} from '@zwave-js/cc';
import { Bytes } from '@zwave-js/shared';
import type { ZWaveNode } from 'zwave-js';
import type { Pin } from '../../src/core/pin.ts';
import type { ReadOutcome, WriteOutcome } from '../../src/ports/lock-driver.ts';
import { deadlineMs } from '../shared/bounded.ts';
import {
  accepted,
  addOutcomeOf,
  credentialOf,
  credentialOutcomeOf,
  freeSlot,
  isSomebodys,
  noAnswer,
  readingOf,
  simplyOpens,
  userOf,
  userOutcomeOf,
} from './credential-answers.ts';
import type { CredentialAnswer, Found, UserAnswer } from './credential-answers.ts';
import { attempt, failureOf, sending, writeFailureOf } from './sending.ts';
import type { ExchangeContext } from './sending.ts';
import { nameLimitsOf, storableName } from './user-name.ts';

/**
 * The exchanges with locks that keep codes by User Credential CC. A slot is a user id; its code is the user's PIN
 * credential. The commands are sent by themselves rather than by `accessControl`: that takes a missing user for
 * an inactive one, "no answer" for "not there", and sends each frame three times.
 */

const pinCode = UserCredentialType.PINCode;
const anyType = UserCredentialType.None;

type Commands = ReturnType<ZWaveNode['commandClasses']['User Credential']['withOptions']>;

/**
 * For one command. An exchange of several goes no further once its caller has given up: by then the caller may have
 * decided otherwise, and a PIN sent late would undo it.
 */
const commands = (node: ZWaveNode, { signal }: ExchangeContext): Commands => {
  signal.throwIfAborted();
  return node.commandClasses['User Credential'].withOptions(sending);
};

const askUser = async (
  node: ZWaveNode,
  userId: number,
  context: ExchangeContext,
): Promise<Found<UserAnswer>> => userOf(await commands(node, context).getUser(userId), userId);

/** The first credential of that kind which the user has. */
const askCredential = async (
  node: ZWaveNode,
  userId: number,
  type: UserCredentialType,
  context: ExchangeContext,
): Promise<Found<CredentialAnswer>> =>
  credentialOf(await commands(node, context).getCredential(userId, type, 0), userId, type);

/** Two application frames for a missing user, four for one with a PIN, six for one without. */
export const readSlot = (node: ZWaveNode, userId: number, context: ExchangeContext): Promise<ReadOutcome> =>
  attempt<ReadOutcome>(
    node,
    context,
    async () => {
      const user = await askUser(node, userId, context);
      if (user?.kind !== 'found') return readingOf(user, undefined, undefined);
      const pin = await askCredential(node, userId, pinCode, context);
      if (pin?.kind !== 'none') return readingOf(user, pin, undefined);
      return readingOf(user, pin, await askCredential(node, userId, anyType, context));
    },
    failureOf,
  );

/** How long the list of a lock's PINs may take: the write that waits for it has a deadline too. */
const listMs = deadlineMs / 2;

/** Credential slots that hold a PIN, of whomever; undefined when the lock fell silent. */
const takenSlots = async (
  node: ZWaveNode,
  context: ExchangeContext,
): Promise<ReadonlySet<number> | undefined> => {
  const taken = new Set<number>();
  const giveUpAt = context.clock.monotonic() + listMs;
  let ask = 0;
  while (context.clock.monotonic() < giveUpAt) {
    const found = credentialOf(await commands(node, context).getCredential(0, pinCode, ask), 0, pinCode);
    if (found === undefined) return undefined;
    if (found.kind === 'none' || taken.has(found.is.credentialSlot)) return taken;
    taken.add(found.is.credentialSlot);
    const { nextCredentialType, nextCredentialSlot } = found.is;
    if (nextCredentialType !== pinCode || nextCredentialSlot === undefined || nextCredentialSlot === 0)
      return taken;
    ask = nextCredentialSlot;
  }
  return undefined;
};

interface Target {
  readonly userId: number;
  readonly digits: string;
  /** The credential slot that the user's PIN is in already. */
  readonly held: number | undefined;
}

const setCredential = async (
  node: ZWaveNode,
  { userId, digits, held }: Target,
  credentialSlot: number,
  context: ExchangeContext,
): Promise<WriteOutcome | 'occupied'> => {
  const answer = await commands(node, context).setCredential({
    operationType: held === undefined ? Operation.Add : Operation.Modify,
    userId,
    credentialType: pinCode,
    credentialSlot,
    credentialData: Bytes.from(digits, 'ascii'),
  });
  return credentialOutcomeOf(answer, userId, held !== undefined);
};

/** The slot with the user's number where nobody else has it, else the lowest that is free. */
const storePin = async (node: ZWaveNode, target: Target, context: ExchangeContext): Promise<WriteOutcome> => {
  const pins = node.accessControl?.getCredentialCapabilitiesCached().supportedCredentialTypes.get(pinCode);
  const slots = pins?.numberOfCredentialSlots ?? 0;
  const first = target.held ?? (target.userId <= slots ? target.userId : undefined);
  const outcome = first === undefined ? 'occupied' : await setCredential(node, target, first, context);
  if (outcome !== 'occupied') return outcome;
  const taken = await takenSlots(node, context);
  if (taken === undefined) return { kind: 'failed', why: 'timeout', mayHaveLanded: false };
  const free = freeSlot(taken, slots, target.userId);
  if (free === undefined) return { kind: 'refused', why: 'full', certain: true };
  const second = await setCredential(node, target, free, context);
  // Somebody was quicker: the next attempt sees the slot as it is now.
  return second === 'occupied' ? { kind: 'refused', why: 'unspecified', certain: false } : second;
};

/** A user that may open at any time with one PIN. */
const plainUser = {
  active: true,
  userType: UserCredentialUserType.General,
  credentialRule: UserCredentialRule.Single,
} as const;

const addUser = async (
  node: ZWaveNode,
  userId: number,
  context: ExchangeContext,
): Promise<WriteOutcome | 'occupied' | 'empty'> =>
  addOutcomeOf(await commands(node, context).setUser({ operationType: Operation.Add, userId, ...plainUser }));

const deleteUser = async (
  node: ZWaveNode,
  userId: number,
  context: ExchangeContext,
): Promise<WriteOutcome | 'occupied' | 'empty'> =>
  userOutcomeOf(await commands(node, context).setUser({ operationType: Operation.Delete, userId }));

/** A new PIN for a user that is there. What else the user has (name, other credentials) stays as it is. */
const changePin = async (
  node: ZWaveNode,
  userId: number,
  digits: string,
  context: ExchangeContext,
): Promise<WriteOutcome> => {
  const user = await askUser(node, userId, context);
  const pin = user?.kind === 'found' ? await askCredential(node, userId, pinCode, context) : undefined;
  if (user?.kind !== 'found' || pin === undefined)
    return { kind: 'failed', why: 'timeout', mayHaveLanded: false };
  if (pin.kind === 'none') {
    const anything = await askCredential(node, userId, anyType, context);
    if (anything === undefined) return { kind: 'failed', why: 'timeout', mayHaveLanded: false };
    if (isSomebodys(user.is, anything)) return { kind: 'refused', why: 'occupied', certain: true };
  }
  if (!simplyOpens(user.is)) {
    // User Set knows no "only this": a name left out would be taken away.
    const name = storableName(user.is.userName, nameLimitsOf(node));
    const set = { operationType: Operation.Modify, userId, ...plainUser, ...name } as const;
    const made = userOutcomeOf(await commands(node, context).setUser(set));
    if (made === 'occupied' || made === 'empty')
      return { kind: 'refused', why: 'unspecified', certain: false };
    if (made.kind !== 'accepted') return made;
  }
  const held = pin.kind === 'found' ? pin.is.credentialSlot : undefined;
  return storePin(node, { userId, digits, held }, context);
};

/**
 * Makes the user and gives it the PIN: four application frames. A user made for a PIN that is then refused is
 * deleted again, lest it stay without a credential.
 */
export const writeSlot = (
  node: ZWaveNode,
  userId: number,
  pin: Pin,
  context: ExchangeContext,
): Promise<WriteOutcome> =>
  attempt<WriteOutcome>(
    node,
    context,
    async () => {
      const digits = pin.reveal();
      const added = await addUser(node, userId, context);
      if (added === 'occupied') return changePin(node, userId, digits, context);
      if (added === 'empty') return { kind: 'refused', why: 'unspecified', certain: false };
      if (added.kind !== 'accepted') return added;
      const outcome = await storePin(node, { userId, digits, held: undefined }, context);
      if (outcome.kind === 'refused') await deleteUser(node, userId, context);
      return outcome;
    },
    writeFailureOf,
  );

/** Deletes the user with all credentials. Id 0 would mean every user: the caller has checked the range. */
export const clearSlot = (node: ZWaveNode, userId: number, context: ExchangeContext): Promise<WriteOutcome> =>
  attempt<WriteOutcome>(
    node,
    context,
    async () => {
      const outcome = await deleteUser(node, userId, context);
      // Nobody there to be deleted: that is what was asked for.
      if (outcome === 'empty') return accepted;
      return outcome === 'occupied' ? noAnswer : outcome;
    },
    writeFailureOf,
  );

/** Names the user, who otherwise stays as the lock has it: User Set knows no "only the name". */
export const nameSlot = (
  node: ZWaveNode,
  userId: number,
  name: string,
  context: ExchangeContext,
): Promise<WriteOutcome> =>
  attempt<WriteOutcome>(
    node,
    context,
    async () => {
      const user = await askUser(node, userId, context);
      if (user === undefined) return { kind: 'failed', why: 'timeout', mayHaveLanded: false };
      if (user.kind === 'none') return { kind: 'refused', why: 'unspecified', certain: true };
      const { active, userType, credentialRule, expiringTimeoutMinutes } = user.is;
      const kept = {
        operationType: Operation.Modify,
        userId,
        active,
        credentialRule,
        ...storableName(name, nameLimitsOf(node)),
      } as const;
      const outcome = userOutcomeOf(
        await commands(node, context).setUser(
          userType === UserCredentialUserType.Expiring
            ? { ...kept, userType, expiringTimeoutMinutes }
            : { ...kept, userType },
        ),
      );
      return outcome === 'empty' || outcome === 'occupied'
        ? { kind: 'refused', why: 'unspecified', certain: false }
        : outcome;
    },
    writeFailureOf,
  );
