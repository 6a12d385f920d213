import { newAccessCode } from '../core/access-code.ts';
import { calibrated } from '../core/calibration.ts';
import { calibrationOf } from '../core/certify.ts';
import { AccessCodeId } from '../core/ids.ts';
import type { Capabilities, Device } from '../core/model.ts';
import type { Certification, CertifyFindings, CertifyRequest, CertifyStep } from '../ports/certification.ts';
import type { Changes } from '../ports/changes.ts';
import type { ClockTrust } from '../ports/clock-trust.ts';
import type { Clock } from '../ports/clock.ts';
import type { LockDriver } from '../ports/lock-driver.ts';
import type { Log } from '../ports/log.ts';
import type { Random } from '../ports/random.ts';
import type { Store } from '../ports/store.ts';
import { CertifyBench, TrialOver } from './certify-bench.ts';
import type { TrialSlot } from './certify-bench.ts';
import { CertifyTrial } from './certify-trial.ts';
import { deviceEvent } from './device-events.ts';
import type { LockWorker } from './lock-worker.ts';
import { codeEvent } from './settle.ts';

export interface CertificationsParts {
  readonly store: Store;
  readonly clock: Clock;
  readonly clockTrust: ClockTrust;
  readonly random: Random;
  readonly log: Log;
  readonly changes: Changes;
}

/** Results of so many trials are kept to be asked for, until the bridge ends. */
const keptMost = 20;

/** The name of the access codes that own a trial's slots, so that whatever happens they are taken off the lock. */
export const trialName = 'lockstep certify';

/** Trials of locks, at most one for each at a time. */
export class Certifications {
  readonly #parts: CertificationsParts;
  readonly #all = new Map<string, Certification>();
  readonly #running = new Set<Promise<void>>();

  constructor(parts: CertificationsParts) {
    this.#parts = parts;
  }

  get(certifyId: string): Certification | undefined {
    return this.#all.get(certifyId);
  }

  get running(): readonly Certification[] {
    return [...this.#all.values()].filter((one) => one.state === 'running');
  }

  runningOn(deviceId: Device['deviceId']): Certification | undefined {
    return this.running.find((one) => one.deviceId === deviceId);
  }

  /** Begins a trial and returns; `get` tells how far it is. */
  start(
    request: CertifyRequest,
    capabilities: Capabilities,
    worker: LockWorker,
    driver: LockDriver,
  ): Certification {
    const job: Certification = {
      certifyId: this.#parts.random.uuid(),
      deviceId: request.device.deviceId,
      state: 'running',
      startedAt: this.#parts.clock.now(),
      endedAt: undefined,
      steps: [],
      findings: {},
      calibration: undefined,
      problem: undefined,
    };
    this.#keep(job);
    const run = this.#run(job.certifyId, request, capabilities, worker, driver).finally(() => {
      this.#running.delete(run);
    });
    this.#running.add(run);
    return job;
  }

  /** Resolves when all trials have ended; their workers must have been told to stop. */
  async ended(): Promise<void> {
    await Promise.all(this.#running);
  }

  #keep(job: Certification): void {
    this.#all.set(job.certifyId, job);
    for (const [id, one] of this.#all) {
      if (this.#all.size <= keptMost) return;
      if (one.state !== 'running') this.#all.delete(id);
    }
  }

  #update(certifyId: string, change: (job: Certification) => Partial<Certification>): void {
    const job = this.#all.get(certifyId);
    if (job !== undefined) this.#all.set(certifyId, { ...job, ...change(job) });
  }

  async #run(
    certifyId: string,
    request: CertifyRequest,
    capabilities: Capabilities,
    worker: LockWorker,
    driver: LockDriver,
  ): Promise<void> {
    const { store, clock, clockTrust, log } = this.#parts;
    const { device } = request;
    const busy = new Set<AccessCodeId>();
    const held = await worker.hold(busy);
    if (held === undefined) {
      this.#fail(certifyId, 'The lock is being tried out already.');
      return;
    }
    try {
      const trial = new CertifyTrial({
        bench: new CertifyBench({ driver, clock, clockTrust, store, held, device }),
        request,
        capabilities,
        claim: (slot) => this.#claim(request, slot, busy),
        begin: (step) => {
          this.#step(certifyId, (steps) => [...steps, { name: step, state: 'running', result: '' }]);
        },
        end: (state, result) => {
          this.#step(certifyId, (steps) => ended(steps, state, result));
        },
        found: (more) => {
          this.#update(certifyId, ({ findings }) => ({ findings: { ...findings, ...more } }));
        },
      });
      await trial.run();
      this.#finish(certifyId, device);
    } catch (error) {
      if (!(error instanceof TrialOver))
        log.error({ device_id: device.deviceId, err: error }, 'trying out a lock failed unexpectedly');
      const why = error instanceof TrialOver ? error.message : 'It failed unexpectedly; the log says more.';
      this.#fail(certifyId, why);
    } finally {
      held.release();
    }
  }

  /** The slot is ours, wanted off the lock, and durable as such before anything is written (FIELD-BUGS 27, 32). */
  #claim({ device, pins }: CertifyRequest, slot: number, busy: Set<AccessCodeId>): TrialSlot {
    const { store, clock, random, changes } = this.#parts;
    const now = clock.now();
    const [pin] = pins.values();
    if (pin === undefined) throw new Error('no PIN to try');
    const code = newAccessCode({
      accessCodeId: AccessCodeId(random.uuid()),
      deviceId: device.deviceId,
      name: trialName,
      pin,
      at: now,
      deletingSince: now,
      status: 'removing',
    });
    busy.add(code.accessCodeId);
    store.transaction(() => {
      store.putAccessCode(code);
      store.appendEvent(codeEvent('access_code.created', code, now, random, { x_slot: slot }));
    });
    changes.emit({ kind: 'access_code', id: code.accessCodeId });
    changes.emit({ kind: 'events' });
    return { slot, code: code.accessCodeId };
  }

  #step(certifyId: string, change: (steps: readonly CertifyStep[]) => readonly CertifyStep[]): void {
    this.#update(certifyId, ({ steps }) => ({ steps: change(steps) }));
  }

  /** What was seen counts from now on, whatever the lock or a quirk row claims. */
  #finish(certifyId: string, { deviceId }: Device): void {
    const { store, clock, random, changes } = this.#parts;
    const now = clock.now();
    const findings: CertifyFindings = this.#all.get(certifyId)?.findings ?? {};
    store.transaction(() => {
      const device = store.device(deviceId);
      if (device?.capabilities === undefined) throw new TrialOver('The lock is no longer there.');
      const calibration = calibrationOf(findings, device.capabilities, now);
      store.putDevice({ ...device, calibration, capabilities: calibrated(device.capabilities, calibration) });
      store.appendEvent(
        deviceEvent(random, now, device, 'lockstep.lock_certified', { certify_id: certifyId }),
      );
      this.#journal(deviceId, 'certified', {});
      this.#update(certifyId, () => ({ state: 'done', endedAt: now, calibration }));
    });
    changes.emit({ kind: 'device', id: deviceId });
    changes.emit({ kind: 'events' });
  }

  #fail(certifyId: string, problem: string): void {
    const job = this.#all.get(certifyId);
    const endedAt = this.#parts.clock.now();
    this.#update(certifyId, ({ steps }) => ({
      state: 'failed',
      endedAt,
      problem,
      steps: ended(steps, 'failed', problem),
    }));
    try {
      if (job !== undefined) this.#journal(job.deviceId, 'certify_failed', { problem });
    } catch (error) {
      this.#parts.log.error({ err: error }, 'the end of a trial could not be noted in the journal');
    }
  }

  #journal(deviceId: Device['deviceId'], kind: string, detail: Readonly<Record<string, unknown>>): void {
    const at = this.#parts.clock.now();
    this.#parts.store.journal({ at, deviceId, accessCodeId: undefined, slot: undefined, kind, detail });
  }
}

/** The step that was running is over. */
const ended = (
  steps: readonly CertifyStep[],
  state: CertifyStep['state'],
  result: string,
): readonly CertifyStep[] =>
  steps.map((step) => (step.state === 'running' ? { name: step.name, state, result } : step));
