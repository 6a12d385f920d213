import type { Device } from '../core/model.ts';
import type { Pin } from '../core/pin.ts';
import type { KeypadOutcome, Simulation } from '../ports/simulation.ts';
import { SimControl } from './sim-control.ts';
import type { SimulatedRadio } from './simulated-radios.ts';

interface At {
  readonly control: SimControl;
  readonly radio: SimulatedRadio;
  /** The lock's own routes in the control interface. */
  readonly path: string;
}

/** Routes by which a simulated stick is pulled out. */
const sticks: Readonly<Record<string, string>> = { zwave: '/serial', zigbee: '/coordinator' };

/** People and faults at the locks of simulated networks, by their control interfaces. */
export class SimulatedNetworks implements Simulation {
  readonly #radios: ReadonlyMap<string, readonly [SimulatedRadio, SimControl]>;

  constructor(radios: readonly SimulatedRadio[]) {
    this.#radios = new Map(
      radios.map((radio) => [radio.driver.driver, [radio, new SimControl(radio.control)] as const]),
    );
  }

  isSimulated({ radio }: Device): boolean {
    return this.#radios.has(radio);
  }

  async setReach(device: Device, isInReach: boolean): Promise<void> {
    const { control, path } = this.#at(device);
    await control.post(`${path}/behaviour`, { offline: !isInReach });
  }

  async setHub(device: Device, isThere: boolean): Promise<void> {
    const { control, radio } = this.#at(device);
    const stick = sticks[radio.driver.driver] ?? '/serial';
    await control.post(stick, isThere ? { accept: true } : { accept: false, drop: true });
  }

  async takeAway(device: Device): Promise<void> {
    const { control, path } = this.#at(device);
    await control.post(`${path}/factory_reset`, { network: true });
  }

  enterCode(device: Device, code: Pin): Promise<KeypadOutcome> {
    return this.#keypad(device, { action: 'enter', code: code.reveal() });
  }

  async lockAtKeypad(device: Device): Promise<void> {
    const { control, path } = this.#at(device);
    await control.post(`${path}/bolt`, { locked: true, how: 'keypad' });
  }

  addCode(device: Device, code: Pin): Promise<KeypadOutcome> {
    return this.#keypad(device, { action: 'add', code: code.reveal() });
  }

  async #keypad(device: Device, action: object): Promise<KeypadOutcome> {
    const { control, path } = this.#at(device);
    return (await control.react(`${path}/keypad`, action)) ? 'done' : 'refused';
  }

  #at({ radio: name, address }: Device): At {
    const found = this.#radios.get(name);
    if (found === undefined) throw new Error(`${address} is no simulated lock`);
    const [radio, control] = found;
    return { radio, control, path: `/locks/${radio.idOf(address)}` };
  }
}
