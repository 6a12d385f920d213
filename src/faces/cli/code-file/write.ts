import type { Context } from '../context.ts';
import { deviceName } from '../resolve.ts';
import type { Code, Device } from '../shapes.ts';
import { isNone } from './shapes.ts';
import { clean } from '../text.ts';
import { zoneOf } from './resolve.ts';

/** What a wanted set governs: not the backup pool, nor what is on its way off. */
const governed = (codes: readonly Code[], { device_id }: Device): Code[] =>
  codes.filter((code) => code.device_id === device_id && !code.is_backup && !isLeaving(code));

/** Its status alone doesn't say so: `removing` is also what waits for another beginning. */
const isLeaving = (code: Code): boolean =>
  code.pending_mutations.some(({ mutation_code: kind }) => kind === 'deleting');

/** Its name alone doesn't say which it is. */
const needsId = (code: Code, ofLock: readonly Code[]): boolean =>
  code.name === null || ofLock.filter(({ name }) => name === code.name).length > 1;

/** The parameters of `lockstep/apply` that change nothing. */
export const wantedSet = (devices: readonly Device[], codes: readonly Code[]): object => ({
  devices: devices.map((device) => {
    const ofLock = governed(codes, device);
    return {
      device_id: device.device_id,
      access_codes: ofLock.map((code) => ({
        ...(needsId(code, ofLock) ? { access_code_id: code.access_code_id } : {}),
        name: code.name,
        ...(code.code === null ? {} : { code: code.code }),
        ...(isNone(code.starts_at) ? {} : { starts_at: code.starts_at, ends_at: code.ends_at }),
        ...(isNone(code.common_code_key) ? {} : { common_code_key: code.common_code_key }),
        is_external_modification_allowed: code.is_external_modification_allowed,
        is_one_time_use: code.is_one_time_use,
      })),
    };
  }),
});

/** The codes of these locks as a file; taken back by `lockstep apply`, it changes nothing. */
export const codeFileText = (
  context: Context,
  devices: readonly Device[],
  codes: readonly Code[],
  allDevices: readonly Device[],
): string => {
  const pins = context.showCodes
    ? '# PINs are in clear here: keep the file where nobody else reads it.'
    : '# PINs are left out: each code keeps the one it has. With --show-codes they are written too.';
  const head = [
    '# The access codes of these locks, for: lockstep apply FILE',
    pins,
    '# The file is the whole wanted set of the locks that it names: a code that you take out is removed.',
  ];
  const locks = devices.flatMap((device) => lockLines(context, device, codes, allDevices));
  return `${[...head, 'locks:', ...locks].join('\n')}\n`;
};

const lockLines = (
  context: Context,
  device: Device,
  codes: readonly Code[],
  allDevices: readonly Device[],
): string[] => {
  const name = deviceName(device);
  const isAlone = allDevices.filter((one) => fold(deviceName(one)) === fold(name)).length === 1;
  const key = isAlone && clean(name) === name ? name : device.device_id;
  const comment = key === name ? device.device_id : clean(name);
  const ofLock = governed(codes, device);
  const zone = zoneOf(device, context.io.timeZone ?? 'UTC');
  const list = ofLock.flatMap((code) => codeLines(context, code, needsId(code, ofLock), zone));
  return [
    `  ${quoted(key)}: # ${comment}`,
    ...(list.length === 0 ? ['    codes: []'] : ['    codes:', ...list]),
  ];
};

const fold = (text: string): string => text.normalize('NFC').trim().toLowerCase();

const codeLines = (context: Context, code: Code, withId: boolean, zone: string): string[] => {
  const time = (iso: string): string => context.io.zones.text(Date.parse(iso), zone);
  const pairs = [
    ...(code.name === null ? [] : [`name: ${quoted(code.name)}`]),
    ...(withId ? [`id: ${code.access_code_id}`] : []),
    ...(context.showCodes && code.code !== null ? [`code: "${code.code}"`] : []),
    ...(isNone(code.starts_at) ? [] : [`starts: ${time(code.starts_at)}`]),
    ...(isNone(code.ends_at) ? [] : [`ends: ${time(code.ends_at)}`]),
    ...(code.is_one_time_use ? ['one_time: true'] : []),
    ...(code.is_external_modification_allowed ? ['allow_external_changes: true'] : []),
    ...(isNone(code.common_code_key) ? [] : [`shared_key: ${quoted(code.common_code_key)}`]),
  ];
  return pairs.map((pair, index) => `      ${index === 0 ? '- ' : '  '}${pair}`);
};

const plain = /^[A-Za-z][A-Za-z0-9_]*( [A-Za-z0-9_]+)*$/;
const words = /^(true|false|null|yes|no|on|off|y|n)$/i;
/** Not printable, or of another meaning in YAML than in JSON. */
const hidden = /[\p{Cc}\p{Cf}\u2028\u2029\ufffe\uffff]/gu;

/** Text as YAML takes it back. */
const quoted = (text: string): string =>
  plain.test(text) && !words.test(text)
    ? text
    : JSON.stringify(text).replaceAll(hidden, (one) =>
        [...Array(one.length).keys()]
          .map((at) => `\\u${one.charCodeAt(at).toString(16).padStart(4, '0')}`)
          .join(''),
      );
