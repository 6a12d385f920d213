import {
  clockOffsetMs,
  lengthsToTry,
  readBackOffsetsMs,
  shownAfterMs,
  usualLengths,
} from '../core/certify.ts';
import type { Capabilities } from '../core/model.ts';
import type { Pin } from '../core/pin.ts';
import type { CertifyFindings, CertifyRequest, CertifyStepName } from '../ports/certification.ts';
import type { Failure } from '../ports/lock-driver.ts';
import type { ClockOutcome } from '../ports/lock-time.ts';
import { accepted, TrialOver, words } from './certify-bench.ts';
import type { CertifyBench, TrialSlot } from './certify-bench.ts';
import { ScheduleTrial, scheduleWords } from './certify-schedules.ts';

export interface TrialParts {
  readonly bench: CertifyBench;
  readonly request: CertifyRequest;
  readonly capabilities: Capabilities;
  /** Makes a slot durably ours before anything is written to it. */
  readonly claim: (slot: number) => TrialSlot;
  readonly begin: (step: CertifyStepName) => void;
  readonly end: (state: 'done' | 'skipped', result: string) => void;
  readonly found: (more: CertifyFindings) => void;
}

/**
 * Tries out on spare slots what a lock really does. The code of a trial is random and stands for seconds; schedules
 * are of the past. Whatever ends it, slots that were written to are left for the reconciler to clear.
 */
export class CertifyTrial {
  readonly #parts: TrialParts;
  readonly #used: TrialSlot[] = [];
  /** How long to wait before a look proves anything: as seen, and no less than what is known of the lock. */
  #showsAfterMs: number;
  #masks = false;

  constructor(parts: TrialParts) {
    this.#parts = parts;
    this.#showsAfterMs = parts.capabilities.readBackDelayMs ?? 0;
  }

  async run(): Promise<void> {
    const { bench } = this.#parts;
    const [first, second] = await this.#spareSlots();
    const main = this.#claim(first);
    const pin = await this.#firstCode(main);
    await this.#readBack(main, pin);
    await this.#duplicate(second, pin);
    await this.#codeLengths(main, pin.length);
    // It opens the door: no longer than it takes.
    await bench.clear(main, this.#showsAfterMs);
    await this.#schedules(main, pin);
    await this.#clock();
    await this.#cleanUp();
  }

  #pin(length: number): Pin {
    const pin = this.#parts.request.pins.get(length);
    if (pin === undefined) throw new Error(`no PIN of ${length} digits to try`);
    return pin;
  }

  #claim(slot: number): TrialSlot {
    if (!this.#parts.bench.isSpare(slot))
      throw new TrialOver(`Somebody has done something to slot ${slot} just now. Try again later.`);
    const trial = this.#parts.claim(slot);
    this.#used.push(trial);
    return trial;
  }

  /** Up to two slots that the lock says are empty. */
  async #spareSlots(): Promise<readonly [number, number | undefined]> {
    const { bench, request, begin, end } = this.#parts;
    begin('spare_slot');
    const spare: number[] = [];
    for (const slot of request.slots) {
      if (spare.length === 2) break;
      if ((await bench.look(slot)).kind === 'empty') spare.push(slot);
    }
    const [first, second] = spare;
    if (first === undefined) throw new TrialOver('No slot is free: each that was looked at holds a code.');
    end('done', second === undefined ? `slot ${first}` : `slots ${first} and ${second}`);
    return [first, second];
  }

  /** Writes a code of the first claimed length that the lock takes. */
  async #firstCode(main: TrialSlot): Promise<Pin> {
    const { bench, capabilities, begin } = this.#parts;
    begin('read_back');
    for (const length of usualLengths(capabilities)) {
      const pin = this.#pin(length);
      const outcome = await bench.set(main, pin);
      if (accepted(outcome)) return pin;
      if (outcome.kind === 'refused' && outcome.why !== 'format')
        throw new TrialOver(`The lock took no code in slot ${main.slot} (${words(outcome)}).`);
    }
    throw new TrialOver(`The lock took no code in slot ${main.slot}, of no length that it claims to take.`);
  }

  async #readBack(main: TrialSlot, pin: Pin): Promise<void> {
    const { bench, end, found } = this.#parts;
    const from = bench.clock.monotonic();
    for (const offsetMs of readBackOffsetsMs) {
      await bench.rest(Math.max(0, from + offsetMs - bench.clock.monotonic()));
      const reading = await bench.glance(main.slot);
      if (reading.kind !== 'occupied') continue;
      if (reading.pin !== 'masked' && !reading.pin.equals(pin)) continue;
      this.#masks = reading.pin === 'masked';
      const delayMs = shownAfterMs(offsetMs, bench.clock.monotonic() - from);
      this.#showsAfterMs = Math.max(this.#showsAfterMs, delayMs);
      await bench.look(main.slot);
      found({ readBack: this.#masks ? 'masked' : 'full', readBackDelayMs: delayMs });
      const how = this.#masks ? 'masked' : 'readable';
      end('done', delayMs === 0 ? `${how}, at once` : `${how}, after ${delayMs / 1000} s`);
      return;
    }
    await bench.look(main.slot);
    throw new TrialOver(
      'The lock said yes to a code, and showed none within 8 s. Try again, or use another slot.',
    );
  }

  /** The same PIN in a second slot. The first holds it still. */
  async #duplicate(slot: number | undefined, pin: Pin): Promise<void> {
    const { bench, begin, end, found } = this.#parts;
    begin('duplicate_check');
    if (slot === undefined) {
      end('skipped', 'it takes a second free slot');
      return;
    }
    const second = this.#claim(slot);
    const outcome = await bench.set(second, pin);
    await bench.rest(this.#showsAfterMs);
    const stands = (await bench.look(slot)).kind === 'occupied';
    if (stands) await bench.clear(second, this.#showsAfterMs);
    const answer = !stands && accepted(outcome) ? 'said yes and stored nothing' : words(outcome);
    found({ duplicate: { refused: !stands, answer } });
    end('done', `${stands ? 'taken' : 'not taken'} (${answer})`);
  }

  async #codeLengths(main: TrialSlot, usual: number): Promise<void> {
    const { capabilities, request, begin, end, found } = this.#parts;
    begin('code_lengths');
    if (request.quick || capabilities.oneCodeLength === true) {
      end(
        'skipped',
        request.quick
          ? 'this is a quick trial'
          : "all its codes have one length, which is the lock's setting",
      );
      return;
    }
    const taken = [usual];
    const refused: number[] = [];
    for (const length of lengthsToTry(capabilities, false)) {
      if (length === usual) continue;
      // What counts from now on isn't left to a single answer that may have got lost, or a lock that was busy.
      const tries = capabilities.codeLengths.includes(length) ? 2 : 1;
      const list = (await this.#takes(main, this.#pin(length), tries)) ? taken : refused;
      list.push(length);
    }
    taken.sort((a, b) => a - b);
    found({ codeLengths: { taken, refused } });
    end(
      'done',
      `takes ${taken.join(', ')} digits${refused.length === 0 ? '' : `, not ${refused.join(', ')}`}`,
    );
  }

  /** Whether the lock stores this PIN. Whatever it answers, what it shows is what counts. */
  async #takes(main: TrialSlot, pin: Pin, tries: number): Promise<boolean> {
    const { bench } = this.#parts;
    for (let left = tries; left > 0; left -= 1) {
      // Over a masked code, the new one would look the same whether it landed or not.
      if (this.#masks && (await bench.glance(main.slot)).kind === 'occupied')
        await bench.clear(main, this.#showsAfterMs);
      await bench.set(main, pin);
      await bench.rest(this.#showsAfterMs);
      const reading = await bench.glance(main.slot);
      if (reading.kind === 'occupied' && (reading.pin === 'masked' ? this.#masks : reading.pin.equals(pin)))
        return true;
    }
    return false;
  }

  async #schedules(main: TrialSlot, pin: Pin): Promise<void> {
    const { bench, capabilities, begin, end, found } = this.#parts;
    begin('schedule_order');
    if (bench.driver.schedules === undefined || (capabilities.yearDaySchedules ?? 0) === 0) {
      end('skipped', 'the lock has no year-day schedules');
      return;
    }
    const trial = new ScheduleTrial(bench, main, pin, this.#showsAfterMs);
    const schedules = await trial.run(capabilities.codeManners === true);
    found({ schedules });
    end('done', scheduleWords(schedules));
  }

  async #clock(): Promise<void> {
    const { bench, capabilities, request, begin, end, found } = this.#parts;
    begin('clock');
    const { clocks } = bench.driver;
    if (clocks === undefined || capabilities.clock?.read !== true) {
      end('skipped', "the lock's clock cannot be read");
      return;
    }
    if (!bench.clockTrust.isTrusted) {
      end('skipped', "the bridge's own clock is not trusted");
      return;
    }
    const shown = await bench.ask<Exclude<ClockOutcome, Failure>>((signal) =>
      clocks.readClock(bench.address, signal),
    );
    if (shown.kind === 'refused') {
      end('skipped', `refused: ${shown.why}`);
      return;
    }
    const offsetMs = clockOffsetMs(shown, bench.clock.now(), request.timeZone);
    const resolution = shown.second === undefined ? 'minute' : 'second';
    found({ clock: { offsetMs, resolution } });
    end(
      'done',
      offsetMs === 0 ? 'right' : `${Math.abs(offsetMs) / 1000} s ${offsetMs > 0 ? 'ahead' : 'behind'}`,
    );
  }

  async #cleanUp(): Promise<void> {
    const { bench, begin, end } = this.#parts;
    begin('clean_up');
    for (const used of this.#used)
      if ((await bench.look(used.slot)).kind === 'occupied') await bench.clear(used, this.#showsAfterMs);
    end('done', 'nothing of the trial is left on the lock');
  }
}
