import { type MtFrame, mtSubsystem, mtType } from './mt-frame.ts';
import { OctetReader, TooShortError } from './octets.ts';
import { afCommands } from './znp-af.ts';
import { appConfigCommands } from './znp-app-config.ts';
import type { Commands, Desk } from './znp-desk.ts';
import { sysCommands } from './znp-sys.ts';
import { utilCommands } from './znp-util.ts';
import { zdoCommands } from './znp-zdo.ts';

const subsystems: Readonly<Record<number, Commands>> = {
  [mtSubsystem.sys]: sysCommands,
  [mtSubsystem.af]: afCommands,
  [mtSubsystem.zdo]: zdoCommands,
  [mtSubsystem.util]: utilCommands,
  [mtSubsystem.appConfig]: appConfigCommands,
};

/** Error codes of the RPC subsystem (Monitor and Test API, MT_RPC_CMD error response). */
const rpcError = { subsystem: 1, command: 2, length: 4 } as const;

const refusal = (error: number, { type, subsystem, command }: MtFrame): MtFrame => ({
  type: mtType.srsp,
  subsystem: mtSubsystem.rpcError,
  command: 0,
  data: Uint8Array.of(error, (type << 5) | subsystem, command),
});

const answer = (frame: MtFrame, desk: Desk): MtFrame => {
  const commands = subsystems[frame.subsystem];
  if (commands === undefined) return refusal(rpcError.subsystem, frame);
  const command = commands[frame.command];
  if (command === undefined) return refusal(rpcError.command, frame);
  try {
    const data = command(new OctetReader(frame.data), desk).take();
    return { type: mtType.srsp, subsystem: frame.subsystem, command: frame.command, data };
  } catch (error) {
    if (error instanceof TooShortError) return refusal(rpcError.length, frame);
    throw error;
  }
};

const sysReset = 0x00;

/**
 * The ZNP firmware: takes the hub's frames one at a time (Z-Stack Monitor and Test API).
 * @returns the answer to a request; undefined where there is none, as after a reset
 */
export const handleFrame = (frame: MtFrame, desk: Desk): MtFrame | undefined => {
  if (frame.type === mtType.sreq) return answer(frame, desk);
  if (frame.type === mtType.areq && frame.subsystem === mtSubsystem.sys && frame.command === sysReset)
    desk.after(() => {
      desk.reset();
    });
  return undefined;
};
