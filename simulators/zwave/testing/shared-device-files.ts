import { ConfigManager } from '@zwave-js/config';

/**
 * To be imported where tests start zwave-js in their own process: the first of its drivers loads the index of device
 * files, and lends it to the others. Each would otherwise parse 800 kB of JSON5 and look at 2,700 files once more,
 * a third of what a test that starts one costs.
 */
let first: Promise<ConfigManager> | undefined;

const load = async (manager: ConfigManager): Promise<ConfigManager> => {
  await manager.loadManufacturers();
  await manager.loadDeviceIndex();
  return manager;
};

ConfigManager.prototype.loadAll = async function (): Promise<void> {
  first ??= load(this);
  const loaded = await first;
  if (loaded !== this)
    Object.assign(this, { index: loaded.getIndex(), _manufacturers: loaded.manufacturers });
};
