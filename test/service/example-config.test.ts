import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { loadConfig } from '../../src/config/load.ts';
import { configSchema } from '../../src/config/schema.ts';
import { settingsWithoutEffect } from '../../src/config/without-effect.ts';
import { parseYaml } from '../../src/config/yaml.ts';
import { plugin as zigbee } from '../../drivers/zigbee/index.ts';
import { plugin as zwave } from '../../drivers/zwave/index.ts';

const file = join(import.meta.dirname, '../../config/lockstep.example.yaml');
const example = readFileSync(file, 'utf8');
/** With what is commented out put in force: `# key: value` at whatever depth, but no prose. */
const whole = example.replaceAll(/^(\s*)# ( *(?:[a-z_]+|- driver):(?: .*)?)$/gm, '$1$2');

const isSection = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Dotted paths of all values in a document; a lock's own key under `devices` is left out of them. */
const leaves = (value: unknown, path = ''): Map<string, unknown> => {
  if (Array.isArray(value)) {
    const elements: unknown[] = value;
    return new Map(elements.flatMap((one) => [...leaves(one, path)]));
  }
  if (!isSection(value)) return new Map([[path, value]]);
  return new Map(
    Object.entries(value).flatMap(([key, inner]) =>
      path === '' && key === 'devices' && isSection(inner)
        ? [...leaves(Object.values(inner), key)]
        : [...leaves(inner, path === '' ? key : `${path}.${key}`)],
    ),
  );
};

/** Dotted paths of all keys that the schema knows. */
const keysOf = (schema: z.core.$ZodType, path = ''): string[] => {
  if (schema instanceof z.ZodPrefault || schema instanceof z.ZodOptional)
    return keysOf(schema.unwrap(), path);
  if (schema instanceof z.ZodObject)
    return Object.entries<z.core.$ZodType>(schema.shape).flatMap(([key, inner]) =>
      keysOf(inner, path === '' ? key : `${path}.${key}`),
    );
  if (schema instanceof z.ZodRecord) return keysOf(schema.valueType, path);
  if (schema instanceof z.ZodArray) return keysOf(schema.element, path);
  return [path];
};

const parsed = (text: string): unknown => {
  const yaml = parseYaml(text);
  if (yaml.kind === 'problems') throw new Error(yaml.problems.join('\n'));
  return yaml.value;
};
const load = (text: string): ReturnType<typeof loadConfig> =>
  loadConfig({ path: file, env: {}, cwd: '/', read: () => text });

const plugins = [zwave, zigbee];
const usable = (drivers: ReturnType<typeof load>['drivers']): void => {
  for (const { driver, options } of drivers) {
    const plugin = plugins.find((one) => one.name === driver);
    expect(() => plugin?.parseOptions(options)).not.toThrow();
  }
};

describe('the example config', () => {
  test('can be used as it is, and everything in it has an effect', () => {
    const config = load(example);
    expect(config.drivers.map(({ driver }) => driver)).toEqual(['zwave']);
    usable(config.drivers);
    expect(settingsWithoutEffect(config)).toEqual([]);
  });

  test('can be used with all that is commented out as well', () => {
    // Certificates go with an encrypted connection only.
    const config = load(whole.replace('url: mqtt://', 'url: mqtts://'));
    expect(config.drivers.map(({ driver }) => driver)).toEqual(['zwave', 'zigbee']);
    usable(config.drivers);
    expect(Object.keys(config.devices)).toEqual(['front']);
  });

  test('has every key that there is', () => {
    const there = leaves(parsed(whole));
    const known = keysOf(configSchema);
    expect(known).toContain('mqtt.home_assistant.prefix');
    expect(known).toContain('devices.slots');
    expect(known.filter((key) => !there.has(key))).toEqual([]);
  });

  test('shows the real default of every key that has one', () => {
    // As a person would write them: the schema's own texts, before their parsers.
    const shown = leaves(parsed(whole));
    const schema = z.toJSONSchema(configSchema, { io: 'input', unrepresentable: 'any' });
    const defaults = defaultsIn(schema);
    expect(defaults.size).toBeGreaterThan(15);
    for (const [key, value] of defaults) expect([key, shown.get(key)]).toEqual([key, value]);
  });
});

/** Dotted paths of the values under `default` in a JSON schema. */
const defaultsIn = (schema: unknown, path = ''): Map<string, unknown> => {
  if (!isSection(schema)) return new Map();
  const { properties } = schema;
  if (isSection(properties))
    return new Map(
      Object.entries(properties).flatMap(([key, inner]) => [
        ...defaultsIn(inner, path === '' ? key : `${path}.${key}`),
      ]),
    );
  const value = schema['default'];
  const none = value === undefined || isSection(value) || Array.isArray(value);
  return new Map<string, unknown>(none ? [] : [[path, value]]);
};
