import type { Device } from '../../core/model.ts';
import { Pin } from '../../core/pin.ts';
import type { Simulation } from '../../ports/simulation.ts';
import { managedDevice } from '../parts.ts';
import type { AppParts } from '../parts.ts';
import { invalid, Refusal } from '../problems.ts';

/** The simulated lock with this id, and whoever plays the people and faults at it. */
export const simulated = (
  parts: AppParts,
  id: string,
): { readonly device: Device; readonly simulation: Simulation } => {
  const device = managedDevice(parts, id);
  const { simulation } = parts;
  if (simulation?.isSimulated(device) === true) return { device, simulation };
  throw new Refusal({
    type: 'unsupported',
    message: 'device_id: this lock is a real one: nothing can be simulated at it.',
    status: 400,
  });
};

export const pinOf = (digits: string): Pin => {
  const pin = Pin.parse(digits);
  if (pin === undefined) throw invalid('code', 'must be digits');
  return pin;
};
