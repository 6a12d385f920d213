import { z } from 'zod';
import { startZwaveSim } from '../support/zwave-sim.ts';
import { outside, print } from './comparison.ts';
import { frontDoor, pairing } from './default-network.ts';
import { kinds } from './kinds-network.ts';
import { installInto, Scratch } from './scratch.ts';
import { ServerClient } from './server-client.ts';
import { control, interviewed, userCode } from './steps.ts';
import type { Stage } from './steps.ts';
import { startZwaveServer } from './zwave-server-process.ts';

/**
 * Is the simulated Z-Wave network honest? Somebody else's software drives it here: `@zwave-js/server`, in a process
 * of its own, spoken to by its public WebSocket API only. `npm run outside`; needs the npm registry. What differs
 * from what the locks themselves say, or from what a real lock does, is printed, and the exit code is 1.
 */

const packages = ['@zwave-js/server@^3.10.0', 'zwave-js@^15.25.0'];
const startLimitMs = 60_000;

const nodesSchema = z.object({
  state: z.object({ nodes: z.array(z.looseObject({ nodeId: z.number(), isControllerNode: z.boolean() })) }),
});
const listSchema = z.object({
  locks: z.array(z.object({ node: z.number(), user_code_version: z.number().optional() })),
});
/** Of the simulator's own control interface: what a lock holds. */
const truthSchema = z.object({
  name: z.string(),
  slots: z.array(z.object({ slot: z.number(), code: z.string() })),
  behaviour: z.looseObject({ mask: z.union([z.boolean(), z.string()]) }),
});

/** All locks are known and interviewed, and what the interview has read of codes is what they hold. */
const interviews = async (stage: Stage, state: unknown): Promise<void> => {
  const known = nodesSchema.parse(state).state.nodes.filter((node) => !node.isControllerNode);
  const { locks } = listSchema.parse(await control(stage, '/locks'));
  stage.check(
    'the stick knows all locks',
    known.map(({ nodeId }) => nodeId).sort((a, b) => a - b),
    locks.map(({ node }) => node),
  );
  for (const { node } of locks) await interviewed(stage, node);
  print(`         ${locks.length} locks interviewed`);
  for (const { node, user_code_version } of locks) {
    if (user_code_version === undefined) continue;
    const { name, slots, behaviour } = truthSchema.parse(await control(stage, `/locks/${node}`));
    for (const { slot, code } of slots) {
      const valueId = { commandClass: userCode, property: 'userCode', propertyKey: slot };
      const value = await stage.client.ask('node.get_value', { nodeId: node, valueId });
      const told = z.object({ value: z.string() }).parse(value).value;
      stage.check(
        `${name}: slot ${slot} after the interview`,
        behaviour.mask !== false ? /^\*+$/.test(told) : told === code,
        true,
      );
    }
  }
};

const drive = async (
  scratch: Scratch,
  locks: string,
  check: Stage['check'],
  further: readonly ((stage: Stage) => Promise<void>)[],
): Promise<void> => {
  await using sim = await startZwaveSim({ locks });
  await using server = await startZwaveServer(scratch, sim.serial);
  using client = await ServerClient.connect(server.url, startLimitMs).catch((error: unknown) => {
    throw new Error(`the server took no client; it said:\n${server.output()}`, { cause: error });
  });
  const { version, schema, state } = await client.listen();
  print(
    `\n@zwave-js/server ${version.serverVersion}, zwave-js ${version.driverVersion}, schema ${schema}: ${locks}`,
  );
  const stage: Stage = { client, sim, check };
  await interviews(stage, state);
  for (const one of further) await one(stage);
};

await outside(async (check) => {
  await using scratch = new Scratch();
  print(`installing ${packages.join(' and ')} into a scratch folder`);
  await installInto(scratch.dir, packages);
  await drive(scratch, 'default', check, [frontDoor, pairing]);
  await drive(scratch, 'kinds', check, [kinds]);
});
