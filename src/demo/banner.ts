import { relative } from 'node:path';
import type { DemoSetting } from './setting.ts';
import type { SimulatedRadio } from './simulated-radios.ts';

/** A lock as the bridge shows it. */
export interface DemoLock {
  readonly display_name: string;
  readonly x_address: string;
  readonly x_slots: { readonly first: number; readonly last: number } | null;
  readonly x_checksum: boolean;
  readonly x_adopted: boolean;
  readonly x_read_back?: string | null | undefined;
}

/** What runs where and what to try, once the locks are known. */
export const banner = (
  cwd: string,
  { config, radios }: DemoSetting,
  mqttUrl: string,
  locks: readonly DemoLock[],
): string => `
  What runs where
    bridge         this process; its data in ./${relative(cwd, config.dataDir)}
    MQTT broker    ${mqttUrl}  (topics ${config.mqtt.baseTopic}/${config.bridgeId}/#)
${httpLine(config.http.listen)}${radios.map(radioLines).join('\n')}

  Locks found
${locks.map(lockLine).join('\n')}

  Try, in another terminal of this folder
${radios.flatMap(tries).join('\n')}

  The last line of each deletes the code at the keypad: watch it being put right below.
${newLocks(radios)}  Who comes in the next days, and what time it is for the locks: npx lockstep arrivals, npx lockstep clock.
  More: npx lockstep --help, docs/http.md, simulators/*/README.md. Ctrl-C ends the demo.

  What happens
`;

/** Nothing where the port is any free one: it isn't known here. */
const httpLine = ({ host, port }: DemoSetting['config']['http']['listen']): string =>
  port === 0
    ? ''
    : `    HTTP API       http://${host.includes(':') ? `[${host}]` : host}:${port}  (Seam's; a key: npx lockstep keys create)\n`;

const radioLines = ({ title, library, serial, control }: SimulatedRadio): string =>
  `    ${title.padEnd(14)} ${library} on ${serial}, a simulated network in its own process
      its doors    ${control}  (you are the person at the keypad)`;

const lockLine = (lock: DemoLock): string => {
  const { x_slots: slots } = lock;
  const many = slots === null ? 'not known yet' : `${slots.last - slots.first + 1} slots`;
  const reads =
    lock.x_read_back === 'none'
      ? ", can't be read"
      : slots !== null && !lock.x_adopted
        ? ', being looked at'
        : '';
  return `    ${lock.display_name.padEnd(12)} ${lock.x_address.padEnd(26)} ${many}${lock.x_checksum ? ', with checksum' : ''}${reads}`;
};

/** Its first lock, a code on it, and somebody at the keypad: slot 1 holds a person's code, so that ours is in 2. */
const tries = ({ locks: [lock], control }: SimulatedRadio, index: number): string[] => {
  if (lock === undefined) return [];
  const name = lock.name.split(' ')[0]?.toLowerCase() ?? lock.id;
  const guest = ['Anna', 'Ben'][index] ?? 'Carla';
  return [
    ...(index === 0 ? [] : ['']),
    `    npx lockstep slots ${name}`,
    `    npx lockstep codes create ${name} --name ${guest} --wait`,
    `    curl -s ${control}/locks/${lock.id}/keypad -d '{"action":"delete","slot":2}'`,
  ];
};

/** How to pair the locks that wait for it; nothing where there are none. */
const newLocks = (radios: readonly SimulatedRadio[]): string => {
  const texts = radios.flatMap(({ title, driver, waiting, control }) =>
    waiting
      .filter((lock) => lock.state === 'waiting')
      .map(({ id, name, pin, pairing }) =>
        [
          `  A new ${title} lock, "${name}", waits to be paired.${pin === null ? '' : ` The PIN on its label is ${pin}.`}`,
          `    npx lockstep pair ${driver.driver}`,
          ...(pairing
            ? []
            : [`    curl -s ${control}/waiting/${id}/pair -d '{}'    (its pairing button, meanwhile)`]),
        ].join('\n'),
      ),
  );
  return texts.map((text) => `\n${text}\n`).join('') + (texts.length === 0 ? '' : '\n');
};
