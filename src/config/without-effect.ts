import { toConfig } from './config.ts';
import type { Config } from './config.ts';
import { configSchema } from './schema.ts';

/** Settings that are accepted and that this version does nothing with. */
const idle: readonly { readonly key: string; readonly of: (config: Config) => unknown }[] = [
  { key: 'mqtt.home_assistant.enabled', of: (config) => config.mqtt.homeAssistant.enabled },
  { key: 'mqtt.home_assistant.prefix', of: (config) => config.mqtt.homeAssistant.prefix },
];

/** Keys of settings that differ from their default in vain. */
export const settingsWithoutEffect = (config: Config): string[] => {
  const usual = toConfig(configSchema.parse({}), '/');
  return idle.filter(({ of }) => of(config) !== of(usual)).map(({ key }) => key);
};
