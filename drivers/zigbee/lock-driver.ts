import type { Models } from 'zigbee-herdsman';
import type { LockAddress } from '../../src/core/ids.ts';
import type { AutoLock, Capabilities, LockDescription } from '../../src/core/model.ts';
import type { Pin } from '../../src/core/pin.ts';
import type {
  ChecksumOutcome,
  CodeManner,
  DriverHost,
  FailureReason,
  Hint,
  LockDriver,
  OperateOutcome,
  RadioState,
  ReadOutcome,
  WriteOutcome,
} from '../../src/ports/lock-driver.ts';
import type { LockInspection } from '../../src/ports/lock-inspection.ts';
import type { ClockRadio, ScheduleRadio } from '../../src/ports/lock-time.ts';
import { deadlineMs } from '../shared/bounded.ts';
import { Ears } from '../shared/ears.ts';
import { configureAutoLock } from './auto-lock.ts';
import { capabilitiesOf, hasSlot } from './capabilities.ts';
import { DeviceNews } from './device-news.ts';
import * as doorLock from './exchange.ts';
import { facts, inspect } from './inspection.ts';
import { describe, ieeeOf, isLock, radio } from './locks.ts';
import { ZigbeeMembership } from './membership.ts';
import { Presence } from './presence.ts';
import { readSlot } from './reading.ts';
import type { ExchangeContext, Target } from './sending.ts';
import { Session } from './session.ts';
import type { SessionOptions } from './session.ts';
import { clockRadio, scheduleRadio } from './time-radio.ts';
import type { LockDoor } from './time-radio.ts';
import { Traffic, targetOf } from './traffic.ts';
import { Upkeep } from './upkeep.ts';

/** Either the lock to speak to, or why that is pointless: then nothing is sent. */
type Reach = { readonly target: Target } | { readonly why: FailureReason };

const plain: CodeManner = { scheduled: false, enabled: true };

const sameManner = (manner: CodeManner | undefined): boolean =>
  manner === undefined || (manner.enabled && !manner.scheduled);

/**
 * The Zigbee radio: locks with the Door Lock cluster [ZCL 7.3], through zigbee-herdsman. Every call settles within
 * 30 s, at once when its signal aborts or the coordinator is lost; a write cut short that way may still land. Nothing
 * is retried here. One exchange at a time with each lock.
 */
export class ZigbeeLockDriver implements LockDriver {
  readonly radio = radio;
  readonly membership: ZigbeeMembership;
  readonly schedules: ScheduleRadio;
  readonly clocks: ClockRadio;

  readonly #session: Session;
  readonly #ears: Ears<string>;
  readonly #presence = new Presence();
  readonly #traffic: Traffic;
  readonly #upkeep: Upkeep;
  readonly #news: DeviceNews;
  #listener: ((hint: Hint) => void) | undefined;

  constructor(options: SessionOptions, host: DriverHost) {
    const { clock } = host;
    this.#ears = new Ears(clock);
    this.#session = new Session(
      options,
      host,
      () => {
        this.#radioChanged();
      },
      (controller) => {
        this.#traffic.renew();
        this.#news.subscribe(controller);
        this.membership.subscribe(controller);
      },
      (ieee, controller) => this.membership.accepts(ieee, controller),
    );
    this.#traffic = new Traffic(clock, this.#session, this.#presence, (ieee, isOffline) => {
      this.#upkeep.missed(ieee, isOffline);
    });
    const controller = (): Session['controller'] =>
      this.#session.state === 'ready' ? this.#session.controller : undefined;
    this.#upkeep = new Upkeep({
      host,
      traffic: this.#traffic,
      presence: this.#presence,
      concurrency: () => this.concurrency,
      controller,
      hides: (ieee) => this.membership.hides(ieee),
      tell: (hint) => {
        this.#tell(hint);
      },
    });
    this.#news = new DeviceNews(clock, this.#ears, this.#upkeep);
    const door: LockDoor = {
      read: (lock, signal, work, failed) => this.#read(lock, signal, work, failed),
      write: (lock, slot, signal, work) => this.#change(lock, slot, signal, work),
    };
    this.schedules = scheduleRadio(door);
    this.clocks = clockRadio(door, host, () => {
      this.#tell({ kind: 'locks' });
    });
    this.membership = new ZigbeeMembership(host, {
      controller,
      listChanged: () => {
        this.#tell({ kind: 'locks' });
      },
      backUp: () => {
        this.#session.backUp();
      },
      configure: (device, signal) => this.#upkeep.configure(device, signal),
      failed: (error) => {
        this.#session.failed(error);
      },
    });
  }

  /** What the coordinator's firmware bears, as herdsman decides; known once it has answered. */
  get concurrency(): number {
    return this.#session.concurrency;
  }

  get state(): RadioState {
    return this.#session.state;
  }

  get stateDetail(): string | undefined {
    return this.#session.detail;
  }

  /** For `open`: begins to connect, see `Session`. */
  start(): Session {
    this.#session.start();
    return this.#session;
  }

  locks(): readonly LockDescription[] {
    const { controller } = this.#session;
    if (controller === undefined) return [];
    return [...controller.getDevicesIterator(isLock)]
      .filter(({ ieeeAddr }) => !this.membership.hides(ieeeAddr))
      .map((device) => describe(device, this.#presence.isOnline(device.ieeeAddr)));
  }

  capabilities(lock: LockAddress, signal: AbortSignal): Promise<Capabilities | undefined> {
    const device = this.#device(lock);
    return Promise.resolve(device === undefined || signal.aborted ? undefined : capabilitiesOf(device));
  }

  readSlot(lock: LockAddress, slot: number, signal: AbortSignal): Promise<ReadOutcome> {
    return this.#read<ReadOutcome>(
      lock,
      signal,
      async (target, context) => {
        const { device, corrects } = target;
        const ours = hasSlot(device, slot);
        if (ours !== true) return { kind: 'failed', why: ours === undefined ? 'unreachable' : 'timeout' };
        const before = capabilitiesOf(device)?.readBack;
        const read = await this.#news.whileBusy(device.ieeeAddr, slot, () => readSlot(target, slot, context));
        if (capabilitiesOf(device)?.readBack !== before) this.#tell({ kind: 'locks' });
        // Some models call every slot empty.
        const worthless =
          corrects.readBack === 'none' && read.kind === 'read' && read.reading.kind === 'empty';
        return worthless ? { kind: 'failed', why: 'timeout' } : read;
      },
      (why) => ({ kind: 'failed', why }),
    );
  }

  writeSlot(
    lock: LockAddress,
    slot: number,
    pin: Pin,
    signal: AbortSignal,
    manner?: CodeManner,
  ): Promise<WriteOutcome> {
    return this.#change(lock, slot, signal, async (target, context) => {
      const { device } = target;
      const capabilities = capabilitiesOf(device);
      if (capabilities?.codeLengths.includes(pin.length) === false)
        return { kind: 'refused', why: 'format', certain: true };
      // Its year-day users would be users for all hours.
      if (!sameManner(manner) && capabilities?.codeManners !== true)
        return { kind: 'refused', why: 'unsupported', certain: true };
      // Where a code has a manner, a plain write gives it one too: it may have had another.
      const as = manner ?? (capabilities?.codeManners === true ? plain : undefined);
      const outcome = await this.#news.whileBusy(device.ieeeAddr, slot, () =>
        doorLock.writeSlot(target, slot, pin, as, context),
      );
      // In its own turn, after this exchange.
      if (outcome.kind === 'refused') void this.#upkeep.checkLength(target);
      return outcome;
    });
  }

  clearSlot(lock: LockAddress, slot: number, signal: AbortSignal): Promise<WriteOutcome> {
    return this.#change(lock, slot, signal, (target, context) =>
      this.#news.whileBusy(target.device.ieeeAddr, slot, () => doorLock.clearSlot(target, slot, context)),
    );
  }

  /** Zigbee locks have none. */
  checksum(): Promise<ChecksumOutcome> {
    return Promise.resolve({ kind: 'failed', why: 'timeout' });
  }

  async operate(lock: LockAddress, action: 'lock' | 'unlock', signal: AbortSignal): Promise<OperateOutcome> {
    return this.#read<OperateOutcome>(
      lock,
      signal,
      async (target, context) => {
        const ears = this.#ears.listen(target.device.ieeeAddr);
        try {
          return await doorLock.operate(target, action, ears, context);
        } finally {
          ears.stop();
        }
      },
      (why) => ({ kind: 'failed', why }),
    );
  }

  async configureAutoLock(lock: LockAddress, wanted: AutoLock, signal: AbortSignal): Promise<OperateOutcome> {
    const outcome = await this.#read<OperateOutcome>(
      lock,
      signal,
      (target, context) => configureAutoLock(target, wanted, context),
      (why) => ({ kind: 'failed', why }),
    );
    // Whatever came of it, what is known of the lock may be another by now.
    this.#tell({ kind: 'locks' });
    return outcome;
  }

  inspect(lock: LockAddress): LockInspection | undefined {
    const device = this.#device(lock);
    if (device === undefined) return undefined;
    const { ieeeAddr: ieee } = device;
    return inspect(device, this.#presence.about(ieee), this.#presence.isOnline(ieee));
  }

  facts(): Readonly<Record<string, string>> {
    return facts(this.#session.controller, this.#session.coordinator, this.#presence.offline());
  }

  onHint(listener: (hint: Hint) => void): () => void {
    this.#listener = listener;
    return () => {
      if (this.#listener === listener) this.#listener = undefined;
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#upkeep.close();
    await this.membership.close();
    await this.#session.close();
    this.#listener = undefined;
  }

  #tell(hint: Hint): void {
    this.#listener?.(hint);
  }

  #radioChanged(): void {
    const { state, controller } = this.#session;
    if (state === 'ready') {
      for (const device of controller?.getDevicesIterator() ?? []) this.#news.meet(device);
      this.#upkeep.ready();
    } else this.#upkeep.lost();
    this.membership.radioChanged();
    this.#tell({ kind: 'radio' });
  }

  #device(lock: LockAddress): Models.Device | undefined {
    const ieee = ieeeOf(lock);
    const device = ieee === undefined ? undefined : this.#session.controller?.getDeviceByIeeeAddr(ieee);
    return device !== undefined && isLock(device) && !this.membership.hides(device.ieeeAddr)
      ? device
      : undefined;
  }

  #reach(lock: LockAddress, signal: AbortSignal): Reach {
    if (signal.aborted) return { why: 'aborted' };
    if (this.#session.state !== 'ready') return { why: 'radio_down' };
    const device = this.#device(lock);
    const target = device && targetOf(device);
    return target === undefined ? { why: 'unreachable' } : { target };
  }

  async #read<T>(
    lock: LockAddress,
    signal: AbortSignal,
    work: (target: Target, context: ExchangeContext) => Promise<T>,
    failed: (why: FailureReason, sent: boolean) => T,
  ): Promise<T> {
    const reach = this.#reach(lock, signal);
    if ('why' in reach) return failed(reach.why, false);
    const { target } = reach;
    return this.#traffic.run(target.device, signal, deadlineMs, (context) => work(target, context), failed);
  }

  async #change(
    lock: LockAddress,
    slot: number,
    signal: AbortSignal,
    work: (target: Target, context: ExchangeContext) => Promise<WriteOutcome>,
  ): Promise<WriteOutcome> {
    const reach = this.#reach(lock, signal);
    if ('why' in reach) return { kind: 'failed', why: reach.why, mayHaveLanded: false };
    const { target } = reach;
    // Beyond its slots are card numbers and master codes. While they aren't known, nothing is ours.
    const ours = hasSlot(target.device, slot);
    if (ours === undefined) return { kind: 'failed', why: 'unreachable', mayHaveLanded: false };
    if (!ours) return { kind: 'refused', why: 'unsupported', certain: true };
    return this.#traffic.run<WriteOutcome, WriteOutcome>(
      target.device,
      signal,
      deadlineMs,
      (context) => work(target, context),
      (why, sent) => ({ kind: 'failed', why, mayHaveLanded: sent }),
    );
  }
}
