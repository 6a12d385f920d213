import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { generateKeyPairSync } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { testCertificate, testKey } from '../../../test/support/tls-identity.ts';
import { ConfigError } from '../../ports/errors.ts';
import { readBrokerAddress, type BrokerAddress, type MqttSettings } from './settings.ts';

let folder: string;
const path = (name: string): string => join(folder, name);

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'lockstep-mqtt-'));
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  writeFileSync(path('other.key'), privateKey.export({ type: 'pkcs8', format: 'pem' }));
  writeFileSync(path('own.crt'), testCertificate);
  writeFileSync(path('own.key'), testKey);
  writeFileSync(path('password'), 'secret word\n');
  writeFileSync(path('empty'), '\n');
  writeFileSync(path('lines'), 'first\nsecond\n');
});

afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

const read = (changes: Partial<MqttSettings>): BrokerAddress =>
  readBrokerAddress({ url: 'mqtts://broker', baseTopic: 'lockstep', includeCodes: false, ...changes });

const problem = (changes: Partial<MqttSettings>): string => {
  try {
    read(changes);
  } catch (error) {
    if (error instanceof ConfigError) return error.message;
    throw error;
  }
  return 'no problem';
};

describe('mqtt settings', () => {
  it('give host and port, with the usual ports as default', () => {
    expect(read({ url: 'mqtt://broker' })).toMatchObject({ protocol: 'mqtt', host: 'broker', port: 1883 });
    expect(read({ url: 'mqtts://broker/' })).toMatchObject({ protocol: 'mqtts', host: 'broker', port: 8883 });
    expect(read({ url: 'mqtt://[::1]:1884' })).toMatchObject({ host: '::1', port: 1884 });
  });

  it('take the password from its file without the newline at its end', () => {
    expect(read({ username: 'u', passwordFile: path('password') }).password).toBe('secret word');
  });

  it('take a certificate with its key, and an authority', () => {
    const files = { caFile: path('own.crt'), certFile: path('own.crt'), keyFile: path('own.key') };
    expect(read(files).cert).toContain('BEGIN CERTIFICATE');
  });

  it.each(['http://broker', 'broker:1883', '', 'mqtt://', 'mqtt://broker/path', 'mqtt://broker?clientId=x'])(
    'refuse the address %j, naming mqtt.url',
    (url) => {
      expect(problem({ url })).toMatch(/^mqtt\.url: /);
    },
  );

  it('refuse a password in the address without repeating it', () => {
    expect(problem({ url: 'mqtt://me:hunter2@broker' })).toMatch(/^mqtt\.url: .*mqtt\.password_file/);
    expect(problem({ url: 'http://me:hunter2@broker' })).not.toContain('hunter2');
  });

  it.each(['', '/a', 'a/', 'a//b', 'a/+', '#', '$SYS'])('refuse the base topic %j', (baseTopic) => {
    expect(problem({ baseTopic })).toMatch(/^mqtt\.base_topic: /);
  });

  it.each(['passwordFile', 'caFile', 'certFile', 'keyFile'] as const)(
    'name the key of a missing %s',
    (name) => {
      const key = name.replace('File', '_file');
      const message = problem({ username: 'u', [name]: path('missing') });
      expect(message).toMatch(new RegExp(`^mqtt\\.${key}: .*missing can't be read \\(ENOENT\\)`));
    },
  );

  it('refuse files that do not hold what they should, naming the key', () => {
    expect(problem({ username: 'u', passwordFile: path('empty') })).toMatch(/^mqtt\.password_file: .*empty/);
    expect(problem({ username: 'u', passwordFile: path('lines') })).toMatch(/^mqtt\.password_file: .*line/);
    expect(problem({ passwordFile: path('password') })).toMatch(/^mqtt\.password_file: .*mqtt\.username/);
    expect(problem({ caFile: path('password') })).toMatch(/^mqtt\.ca_file: .*PEM/);
    const [certFile, keyFile] = [path('own.crt'), path('own.key')];
    expect(problem({ certFile: path('password'), keyFile })).toMatch(/^mqtt\.cert_file: .*PEM/);
    expect(problem({ certFile, keyFile: path('password') })).toMatch(/^mqtt\.key_file: .*PEM/);
    expect(problem({ certFile, keyFile: path('other.key') })).toMatch(/^mqtt\.key_file: .*isn't the key/);
    expect(problem({ certFile })).toMatch(/^mqtt\.cert_file: .*mqtt\.key_file/);
    expect(problem({ keyFile })).toMatch(/^mqtt\.key_file: .*mqtt\.cert_file/);
    expect(problem({ url: 'mqtt://broker', caFile: path('own.crt') })).toMatch(/^mqtt\.ca_file: .*mqtts/);
  });

  it('never put what a file holds into a message', () => {
    expect(problem({ caFile: path('password') })).not.toContain('secret word');
  });
});
