import { allCodes, allDevices, findLock, printJson } from '../context.ts';
import type { Context, Outcome } from '../context.ts';
import { codeFileText, wantedSet } from '../code-file/write.ts';

/** `lockstep export [LOCK...]`: the codes of these locks, or all, as `lockstep apply` takes them. */
export const exportCodes = async (context: Context, lockTexts: readonly string[]): Promise<Outcome> => {
  const devices = await allDevices(context);
  if (!devices.ok) return devices.failure;
  const codes = await allCodes(context);
  if (!codes.ok) return codes.failure;
  let chosen = devices.value.filter((device) => (device.x_removed_at ?? null) === null);
  if (lockTexts.length > 0) {
    const named = new Set<string>();
    for (const text of lockTexts) {
      const lock = await findLock(context, text);
      if (!lock.ok) return lock.failure;
      named.add(lock.value.device_id);
    }
    chosen = devices.value.filter(({ device_id }) => named.has(device_id));
  }
  if (chosen.length === 0) return { exit: 1, message: 'There are no locks.' };
  if (context.json) printJson(context, wantedSet(chosen, codes.value));
  else context.io.stdout.write(codeFileText(context, chosen, codes.value, devices.value));
  return undefined;
};
