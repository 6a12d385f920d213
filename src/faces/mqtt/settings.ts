import { X509Certificate, createPrivateKey, type KeyObject } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createSecureContext } from 'node:tls';
import { ConfigError } from '../../ports/errors.ts';

/** Where PINs may stand in clear: nowhere, in answers to an MQTT 5 response topic, or in every publication. */
export type IncludeCodes = false | 'responses' | true;

/** The config's `mqtt` section as far as the client needs it; `mqtt.url` is never `embedded` here. */
export interface MqttSettings {
  readonly url: string;
  readonly baseTopic: string;
  readonly username?: string | undefined;
  readonly passwordFile?: string | undefined;
  readonly caFile?: string | undefined;
  readonly certFile?: string | undefined;
  readonly keyFile?: string | undefined;
  readonly includeCodes: IncludeCodes;
}

/** How to reach the broker, with the files read. Holds the password: never logged. */
export interface BrokerAddress {
  readonly protocol: 'mqtt' | 'mqtts';
  readonly host: string;
  readonly port: number;
  readonly username: string | undefined;
  readonly password: string | undefined;
  readonly ca: string | undefined;
  readonly cert: string | undefined;
  readonly key: string | undefined;
}

const codeOf = (error: unknown): string =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : 'unreadable';

const readText = (key: string, path: string): string => {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw new ConfigError(`mqtt.${key}: ${path} can't be read (${codeOf(error)}).`);
  }
};

const readOptional = (key: string, path: string | undefined): string | undefined =>
  path === undefined ? undefined : readText(key, path);

const readPassword = (path: string): string => {
  const password = readText('password_file', path).replace(/\r?\n$/, '');
  if (password === '') throw new ConfigError(`mqtt.password_file: ${path} is empty.`);
  // More than one line is most likely another file, a key for example: not something to send to a broker.
  if (/[\r\n]/.test(password)) throw new ConfigError(`mqtt.password_file: ${path} has more than one line.`);
  return password;
};

/** Runs a check of OpenSSL's; its message may quote the file, so only ours is shown. */
const checked = <T>(check: () => T, complaint: string): T => {
  try {
    return check();
  } catch {
    throw new ConfigError(complaint);
  }
};

const checkAuthorities = (text: string, path: string | undefined): void => {
  const complaint = `mqtt.ca_file: ${path ?? ''} holds no certificate authority in PEM form.`;
  // createSecureContext takes text without any certificate in silence; X509Certificate doesn't.
  checked(() => new X509Certificate(text), complaint);
  checked(() => createSecureContext({ ca: text }), complaint);
};

const checkIdentity = (settings: MqttSettings, cert: string, key: string): void => {
  const certificate = checked(
    () => new X509Certificate(cert),
    `mqtt.cert_file: ${settings.certFile ?? ''} holds no certificate in PEM form.`,
  );
  const privateKey: KeyObject = checked(
    () => createPrivateKey(key),
    `mqtt.key_file: ${settings.keyFile ?? ''} holds no private key in PEM form without a passphrase.`,
  );
  if (!certificate.checkPrivateKey(privateKey)) {
    throw new ConfigError(`mqtt.key_file: ${settings.keyFile ?? ''} isn't the key of mqtt.cert_file.`);
  }
};

const parseUrl = (text: string): Pick<BrokerAddress, 'protocol' | 'host' | 'port'> => {
  const allowed = 'allowed is mqtt://host[:port] or mqtts://host[:port]';
  const url = URL.parse(text);
  const protocol = url?.protocol.slice(0, -1);
  if (url === null || (protocol !== 'mqtt' && protocol !== 'mqtts') || url.hostname === '') {
    // The text may hold a password: it is only repeated where it can't.
    throw new ConfigError(
      `mqtt.url: ${text.includes('@') ? 'this address' : text} isn't a broker; ${allowed}.`,
    );
  }
  if (url.username !== '' || url.password !== '') {
    throw new ConfigError(
      'mqtt.url: holds a user name or password; use mqtt.username and mqtt.password_file.',
    );
  }
  if (!['', '/'].includes(url.pathname) || url.search !== '' || url.hash !== '') {
    throw new ConfigError(`mqtt.url: ${text} has more than a host and a port; ${allowed}.`);
  }
  return {
    protocol,
    host: url.hostname.replace(/^\[(.*)\]$/, '$1'),
    port: url.port === '' ? (protocol === 'mqtt' ? 1883 : 8883) : Number(url.port),
  };
};

const checkBaseTopic = (baseTopic: string): void => {
  const bad = baseTopic.length === 0 || baseTopic.length > 200 || /[+#\0]|^[$/]|\/$|\/\//.test(baseTopic);
  if (!bad) return;
  throw new ConfigError(
    `mqtt.base_topic: ${JSON.stringify(baseTopic)} isn't allowed: 1 to 200 characters, no +, # or NUL, no $ ` +
      'at the beginning, no empty level.',
  );
};

/**
 * Checks the settings and reads the files they name.
 *
 * @throws ConfigError naming the key, what was found and what is allowed.
 */
export const readBrokerAddress = (settings: MqttSettings): BrokerAddress => {
  checkBaseTopic(settings.baseTopic);
  const where = parseUrl(settings.url);
  const tlsKeys = [
    ['ca_file', settings.caFile],
    ['cert_file', settings.certFile],
    ['key_file', settings.keyFile],
  ] as const;
  const set = tlsKeys.find(([, path]) => path !== undefined);
  if (set !== undefined && where.protocol !== 'mqtts') {
    throw new ConfigError(`mqtt.${set[0]}: only has an effect with TLS; write mqtt.url as mqtts://….`);
  }
  if (settings.passwordFile !== undefined && settings.username === undefined) {
    throw new ConfigError('mqtt.password_file: a password needs mqtt.username.');
  }
  const password = settings.passwordFile === undefined ? undefined : readPassword(settings.passwordFile);
  const ca = readOptional('ca_file', settings.caFile);
  const cert = readOptional('cert_file', settings.certFile);
  const key = readOptional('key_file', settings.keyFile);
  if (ca !== undefined) checkAuthorities(ca, settings.caFile);
  if (cert !== undefined && key !== undefined) checkIdentity(settings, cert, key);
  else if (cert !== undefined) throw new ConfigError('mqtt.cert_file: a certificate needs mqtt.key_file.');
  else if (key !== undefined) throw new ConfigError('mqtt.key_file: a key needs mqtt.cert_file.');
  return { ...where, username: settings.username, password, ca, cert, key };
};
