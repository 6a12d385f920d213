import { stateChanged } from './indications.ts';
import { mtSubsystem, mtType } from './mt-frame.ts';
import { OctetWriter } from './octets.ts';
import { deviceState } from './stick.ts';
import type { Command, Commands } from './znp-desk.ts';

const one = (status: number): OctetWriter => new OctetWriter().u8(status);
/** Commissioning mode bit: form a network. */
const formation = 0x04;

const startCommissioning: Command = (request, desk) => {
  const mode = request.u8();
  desk.after(() => {
    if ((mode & formation) === 0) return;
    desk.indicate(stateChanged(deviceState.starting));
    desk.stick.form();
    desk.tell('network_formed');
    // Commissioning notification: formation (2) has succeeded (0), nothing is left to do.
    const data = Uint8Array.of(0, 2, 0);
    desk.indicate({ type: mtType.areq, subsystem: mtSubsystem.appConfig, command: 0x80, data });
    desk.indicate(stateChanged(deviceState.coordinator));
  });
  return one(0);
};

/** APP_CNF commands: base device behaviour (Monitor and Test API, MT_APP_CONFIG). */
export const appConfigCommands: Commands = {
  // Install codes: locks here join by the well-known key
  0x04: () => one(0),
  0x05: startCommissioning,
  // Primary (1) or secondary channels
  0x08: (request, { stick }) => {
    const primary = request.u8() === 1;
    const mask = request.u32();
    if (primary) stick.setChannels(mask);
    return one(0);
  },
  0x09: () => one(0),
};
