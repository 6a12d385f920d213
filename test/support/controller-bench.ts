import { believed } from './believed.ts';
import { DeviceId } from '../../src/core/ids.ts';
import type { Device, LockDescription } from '../../src/core/model.ts';
import { defaultLeadMs } from '../../src/core/phase.ts';
import { createChanges } from '../../src/ports/changes.ts';
import type { Store, StoredEvent } from '../../src/ports/store.ts';
import { lockTime } from '../../src/platform/lock-time.ts';
import { Controller } from '../../src/reconcile/controller.ts';
import type { DeviceSettings } from '../../src/reconcile/lock-roster.ts';
import { TestBed, uuid } from '../../src/store/testing/test-bed.ts';
import { ScriptedDriver } from './scripted-driver.ts';
import { VirtualClock } from './virtual-clock.ts';

/** A controller over a real store and a driver that says what the test wants it to say. */
export class ControllerBench {
  readonly bed = new TestBed();
  readonly clock = new VirtualClock();
  readonly driver = new ScriptedDriver();
  readonly store: Store = this.bed.open();
  settings: Partial<DeviceSettings> = {};
  controller = this.#build();

  #build(): Controller {
    return new Controller({
      store: this.store,
      clock: this.clock,
      random: this.bed.random,
      log: this.bed.log,
      changes: createChanges(),
      radios: [this.driver.radio],
      deviceIdOf: (identity) => DeviceId(uuid(1 + Number(identity.replace(/\D/g, '')))),
      settingsOf: () => ({ name: undefined, slots: undefined, ...this.settings }),
      pace: { adoptBurst: 8, adoptRestMs: 2_000 },
      leadMs: defaultLeadMs,
      preloadMs: 0,
      arrivalNoticeMs: 0,
      lockTime,
      timeZoneOf: () => 'UTC',
      clockTrust: believed(this.clock),
      auditWakeups: 2,
      auditOverdueMs: undefined,
      moment: () => undefined,
    });
  }

  async start(): Promise<void> {
    this.controller.start([this.driver]);
    await this.clock.advance(60_000);
  }

  /** A new controller on the same store, as after a restart of the process. */
  async restart(): Promise<void> {
    await this.controller.stop();
    this.controller = this.#build();
    await this.start();
  }

  /** The only device there is. */
  get device(): Device {
    const [one, ...others] = this.store.devices();
    if (one === undefined || others.length > 0) throw new Error('not exactly one device');
    return one;
  }

  get events(): StoredEvent[] {
    return this.store.events(0, 1_000);
  }

  types(prefix = ''): string[] {
    return this.events.map((event) => event.eventType).filter((type) => type.startsWith(prefix));
  }

  /** The driver describes its first lock anew, and says so. */
  async describe(changes: Partial<LockDescription>): Promise<void> {
    this.driver.describe(changes);
    await this.clock.advance(0);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.controller.stop();
    this.bed[Symbol.dispose]();
  }
}
