import type { DeviceId, LockAddress, RadioId } from '../core/ids.ts';
import type { Device } from '../core/model.ts';
import type { Changes } from '../ports/changes.ts';
import type { Clock } from '../ports/clock.ts';
import { delay } from '../ports/clock.ts';
import type { LockDriver } from '../ports/lock-driver.ts';
import type { Log } from '../ports/log.ts';
import type { Membership, MembershipStep, PairingRequest } from '../ports/membership.ts';
import type { CodesOfRemoved, LeftBehind, NoSession, Pairings, PairingSession } from '../ports/pairings.ts';
import type { Random } from '../ports/random.ts';
import type { Store } from '../ports/store.ts';
import { depart } from './departures.ts';
import { interruptedSessions, interruptedWords } from './interrupted.ts';
import { failed, left, released } from './pairing-endings.ts';
import { errorOf, wordsFor } from './pairing-words.ts';
import { Session } from './pairing-session.ts';
import type { Ending } from './pairing-session.ts';
import { Hold } from './radio-hold.ts';
import type { RadioGate } from './radio-gate.ts';

/** After this a session is given up: SmartStart waits 10 minutes, keys take up to 9, the interview 3. */
const sessionMs = 25 * 60_000;
/** What a driver gets after that to release what has joined. */
const releaseMs = 150_000;
/** A lock waits about 4 minutes for its PIN (S2, CC:009F timer TAI2: 240 s). */
const pinMs = 230_000;
/** A lock that has joined gets its record within this. */
const recordMs = 10_000;
/** What the end of the daemon waits for sessions to give up. */
const stopMs = 500;
/** Ended sessions that can still be asked for. */
const endedMost = 20;

export interface PairingParts {
  readonly store: Store;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly changes: Changes;
  readonly drivers: () => readonly LockDriver[];
  readonly gateOf: (driver: LockDriver) => RadioGate | undefined;
  /** Brings the records up to date with the driver's list of locks. */
  readonly sync: (driver: LockDriver) => Promise<void>;
  /** Ends the work at this lock: nothing is sent to it or learned of it any more. */
  readonly retire: (device: DeviceId) => Promise<void>;
}

/** Who is to leave; without an id, a device that is no lock of ours. */
type Meant = Pick<Device, 'address' | 'name'> & { readonly deviceId: DeviceId | undefined };

/** Takes locks into the networks and out of them: one session at a time on each radio. */
export class PairingSessions implements Pairings {
  readonly #parts: PairingParts;
  readonly #sessions = new Map<string, Session>();
  readonly #running = new Map<Session, Promise<void>>();
  /** What was left behind, when that was last told. */
  #left = '';
  #stopped = false;

  constructor(parts: PairingParts) {
    this.#parts = parts;
  }

  /** Says of sessions of an earlier run that they have come to nothing. To be called once, before any is begun. */
  endInterrupted(): void {
    const { store, log } = this.#parts;
    try {
      for (const one of interruptedSessions(store)) {
        const session = new Session(one);
        session.deviceId = one.deviceId;
        this.#sessions.set(session.id, session);
        this.#end(session, failed('interrupted', interruptedWords(one.kind)));
      }
    } catch (error) {
      log.error({ err: error }, 'pairings of an earlier run could not be looked for');
    }
  }

  pair(radio: string, request: PairingRequest): PairingSession | NoSession {
    const found = this.#admit(radio);
    if ('kind' in found) return found;
    const { driver, membership } = found;
    const session = this.#begin('pair', driver.radio);
    return this.#run(session, () => this.#pair(session, driver, membership, request));
  }

  remove(id: DeviceId, how: 'exclude' | 'gone', codes: CodesOfRemoved): PairingSession | NoSession {
    const { store, changes, random, clock } = this.#parts;
    const device = store.device(id);
    if (device === undefined) return { kind: 'refused', why: 'no_driver' };
    // Out of the network already: only its record is left, and that takes no radio.
    if (device.removedAt !== undefined)
      return this.#run(this.#begin('remove', device.radio, id), () => {
        const had = store.accessCodes({ deviceId: id }).length;
        for (const change of depart(store, random, device, codes, clock.now())) changes.emit(change);
        return Promise.resolve(left(device, had));
      });
    const found = this.#admit(device.radio);
    if ('kind' in found) return found;
    const session = this.#begin('remove', device.radio, id);
    return this.#run(session, () => this.#remove(session, found.membership, device, how, codes));
  }

  refusal(radio: string): NoSession | undefined {
    const found = this.#admit(radio);
    return 'kind' in found ? found : undefined;
  }

  /** A driver's list has changed: what was left behind isn't in it, but changes with it. */
  listChanged(): void {
    const left = this.leftBehind()
      .map(({ address }) => address)
      .join();
    if (left === this.#left) return;
    this.#left = left;
    this.#parts.changes.emit({ kind: 'bridge' });
  }

  leftBehind(): readonly LeftBehind[] {
    return this.#parts
      .drivers()
      .flatMap(({ radio, membership }) =>
        (membership?.leftBehind() ?? []).map((address) => ({ radio, address })),
      );
  }

  removeLeftBehind({ radio, address }: LeftBehind, how: 'exclude' | 'gone'): PairingSession | NoSession {
    const found = this.#admit(radio);
    if ('kind' in found) return found;
    const meant = { address, name: address, deviceId: undefined };
    const session = this.#begin('remove', found.driver.radio);
    return this.#run(session, () => this.#remove(session, found.membership, meant, how, 'keep'));
  }

  givePin(pairingId: string, digits: string): boolean {
    const take = this.#sessions.get(pairingId)?.takePin;
    take?.(digits);
    return take !== undefined;
  }

  abort(pairingId: string): void {
    this.#sessions.get(pairingId)?.stop.abort();
  }

  get(pairingId: string): PairingSession | undefined {
    return this.#sessions.get(pairingId)?.view();
  }

  /** Gives all sessions up; waits half a second for it at most. */
  async stop(): Promise<void> {
    this.#stopped = true;
    for (const session of this.#running.keys()) session.stop.abort();
    const waited = new AbortController();
    await Promise.race([
      Promise.all(this.#running.values()),
      delay(this.#parts.clock, stopMs, waited.signal),
    ]);
    waited.abort();
  }

  #admit(radio: string): { readonly driver: LockDriver; readonly membership: Membership } | NoSession {
    const driver = this.#parts.drivers().find((one) => one.radio === radio);
    if (driver === undefined) return { kind: 'refused', why: 'no_driver' };
    const { membership } = driver;
    if (membership === undefined) return { kind: 'refused', why: 'unsupported' };
    if (driver.state !== 'ready' || this.#stopped) return { kind: 'refused', why: 'radio_down' };
    const other = [...this.#running.keys()].find((session) => session.radio === driver.radio);
    if (other !== undefined) return { kind: 'refused', why: 'busy', pairingId: other.id };
    return { driver, membership };
  }

  #begin(kind: PairingSession['kind'], radio: RadioId, deviceId?: DeviceId): Session {
    const { random, clock } = this.#parts;
    const session = new Session({ pairingId: random.uuid(), kind, radio, startedAt: clock.now() });
    session.deviceId = deviceId;
    this.#sessions.set(session.id, session);
    const ended = [...this.#sessions.values()].filter((one) => !one.running);
    for (const one of ended.slice(0, Math.max(0, ended.length - endedMost))) this.#sessions.delete(one.id);
    this.#say(session, 'starting', kind === 'pair' ? 'Pairing begins.' : 'Removing begins.');
    return session;
  }

  #run(session: Session, work: () => Promise<Ending>): PairingSession {
    const { clock, log } = this.#parts;
    const late = Promise.withResolvers<Ending>();
    const timers = [
      clock.after(sessionMs, () => {
        session.stop.abort();
      }),
      clock.after(sessionMs + releaseMs, () => {
        late.resolve(failed('timeout', 'It took too long, and was given up.'));
      }),
    ];
    const whole = async (): Promise<void> => {
      let ending: Ending;
      try {
        ending = await Promise.race([work(), late.promise]);
      } catch (error) {
        log.error({ pairing_id: session.id, err: error }, 'a pairing session failed unexpectedly');
        ending = failed('unspecified', 'It failed unexpectedly; the log says more.');
      }
      for (const cancel of timers) cancel();
      this.#running.delete(session);
      this.#end(session, ending);
    };
    this.#running.set(session, whole());
    return session.view();
  }

  async #pair(
    session: Session,
    driver: LockDriver,
    membership: Membership,
    request: PairingRequest,
  ): Promise<Ending> {
    const hold = new Hold(this.#parts.clock, this.#parts.gateOf(driver));
    const onStep = (step: MembershipStep): void => {
      // From the first frames to the network keys there are timers of seconds; typing the PIN takes minutes.
      hold.set(step.kind === 'found' || step.kind === 'securing');
      this.#onStep(session, step);
    };
    const askPin = async (dsk: string, signal: AbortSignal): Promise<string | undefined> => {
      const digits = await this.#askPin(session, dsk, signal);
      hold.set(digits !== undefined);
      return digits;
    };
    try {
      const outcome = await membership.pair(request, { onStep, askPin }, session.stop.signal);
      if (outcome.kind === 'failed') return { kind: 'failed', error: errorOf(outcome), deviceId: undefined };
      hold.set(false);
      await this.#sync(driver);
      const device = await this.#record(outcome.address);
      const { security, warning } = outcome;
      const name = device?.name ?? outcome.address;
      return { kind: 'done', message: `${name} is paired.`, deviceId: device?.deviceId, security, warning };
    } finally {
      hold.set(false);
    }
  }

  /** The driver's own hint brings the records up to date as well, only not at a known time. */
  async #sync(driver: LockDriver): Promise<void> {
    try {
      await this.#parts.sync(driver);
    } catch (error) {
      this.#parts.log.error({ driver: driver.radio, err: error }, 'the list of locks could not be stored');
    }
  }

  async #remove(
    session: Session,
    membership: Membership,
    meant: Meant,
    how: 'exclude' | 'gone',
    codes: CodesOfRemoved,
  ): Promise<Ending> {
    const { store, random, clock, changes, log, retire } = this.#parts;
    const onStep = (step: MembershipStep): void => {
      this.#onStep(session, step);
    };
    const outcome = await membership.remove(meant.address, how, { onStep }, session.stop.signal);
    // What the radio doesn't know is gone already.
    const unknown = outcome.kind === 'failed' && outcome.why === 'unknown_lock' && how === 'gone';
    if (outcome.kind === 'failed' && !unknown)
      return { kind: 'failed', error: errorOf(outcome), deviceId: undefined };
    const address = outcome.kind === 'removed' ? outcome.address : meant.address;
    const isMeant = address === meant.address;
    if (isMeant && meant.deviceId === undefined) return released(address);
    const gone =
      isMeant && meant.deviceId !== undefined
        ? store.device(meant.deviceId)
        : store.devices().find((one) => one.address === address);
    if (gone === undefined)
      return failed(
        'another_device_left',
        `Another device was in unpairing mode and has left the network: ${address}, no lock that is known here. ${meant.name} is still in it.`,
      );
    await retire(gone.deviceId);
    const policy = isMeant ? codes : 'keep';
    const had = store.accessCodes({ deviceId: gone.deviceId }).length;
    try {
      for (const change of depart(store, random, gone, policy, clock.now())) changes.emit(change);
    } catch (error) {
      log.error({ device_id: gone.deviceId, err: error }, 'a removal could not be stored');
      const message = `${gone.name} has left the network, but that could not be stored (is the disk full?). Remove it again, with gone.`;
      return failed('store_failed', message);
    }
    if (isMeant) return left(gone, had);
    const message = `Another lock was in unpairing mode and has left the network: ${gone.name}. Its access codes are kept here; it may still hold their PINs. ${meant.name} is still in the network.`;
    return { ...failed('another_device_left', message), deviceId: gone.deviceId };
  }

  #onStep(session: Session, step: MembershipStep): void {
    if (step.kind === 'pin_needed' || step.kind === 'provisioned') session.dsk = step.dsk;
    if (step.kind === 'added' || step.kind === 'securing') session.security = step.security;
    this.#say(session, step.kind, wordsFor(session.kind, step));
  }

  /** Waits for `givePin`; undefined where nobody gives one in time. */
  #askPin(session: Session, dsk: string, signal: AbortSignal): Promise<string | undefined> {
    const { clock } = this.#parts;
    if (session.lastStep?.step !== 'pin_needed') this.#onStep(session, { kind: 'pin_needed', dsk });
    session.dsk = dsk;
    const over = AbortSignal.any([signal, session.stop.signal]);
    return new Promise((resolve) => {
      const settle = (digits: string | undefined): void => {
        session.takePin = undefined;
        cancel();
        over.removeEventListener('abort', giveUp);
        resolve(digits);
      };
      const giveUp = (): void => {
        settle(undefined);
      };
      const cancel = clock.after(pinMs, giveUp);
      over.addEventListener('abort', giveUp, { once: true });
      session.takePin = settle;
      if (over.aborted) giveUp();
    });
  }

  /** The record of the lock that has just joined. */
  async #record(address: LockAddress): Promise<Device | undefined> {
    const { store, clock, changes } = this.#parts;
    const find = (): Device | undefined => store.devices().find((one) => one.address === address);
    const seen = new AbortController();
    const unlisten = changes.on((change) => {
      if (change.kind === 'device' && find() !== undefined) seen.abort();
    });
    if (find() === undefined) await delay(clock, recordMs, seen.signal);
    unlisten();
    return find();
  }

  #say(session: Session, step: string, message: string): void {
    if (!session.add({ at: this.#parts.clock.now(), step, message })) return;
    this.#tell('lockstep.pairing_step', session, { step, message });
  }

  #end(session: Session, ending: Ending): void {
    const at = this.#parts.clock.now();
    const message = ending.kind === 'done' ? ending.message : ending.error.message;
    session.add({ at, step: ending.kind, message });
    session.end(ending, at);
    if (ending.kind === 'done')
      this.#tell('lockstep.pairing_done', session, {
        message,
        security: ending.security ?? null,
        warning: ending.warning ?? null,
      });
    else
      this.#tell('lockstep.pairing_failed', session, {
        message,
        error: { type: ending.error.type, message },
        left_behind: ending.error.leftBehind ?? null,
      });
    this.#parts.changes.emit({ kind: 'bridge' });
  }

  /** What happens at the radio goes on, whatever becomes of its event. */
  #tell(eventType: string, session: Session, payload: Readonly<Record<string, unknown>>): void {
    const { store, clock, random, changes, log } = this.#parts;
    const { id, kind, radio, dsk } = session;
    try {
      store.appendEvent({
        eventId: random.uuid(),
        eventType,
        occurredAt: clock.now(),
        deviceId: session.deviceId,
        accessCodeId: undefined,
        payload: { pairing_id: id, kind, radio, ...payload, dsk: dsk ?? null },
        pin: undefined,
      });
      changes.emit({ kind: 'events' });
    } catch (error) {
      log.error({ pairing_id: id, err: error }, 'a step of pairing could not be stored');
    }
  }
}
