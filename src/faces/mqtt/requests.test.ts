import { expect, it } from 'vitest';
import { House } from '../../../test/support/house.ts';
import { RequestDesk } from './requests.ts';
import { makeTopics } from './topics.ts';

it.each([
  ['lockstep/clock/trust', /bridge's own machine/],
  ['lockstep/keys/create', /bridge's own machine/],
  ['lockstep/clock/believe', /There is no such route/],
])('%s is not done over MQTT, and the answer says why', async (route, why) => {
  await using house = new House([], 1, { system: { synchronised: undefined } });
  const answers: string[] = [];
  const topics = makeTopics('lockstep', 'home');
  const desk = new RequestDesk({
    ...{ app: house.app, topics, includeCodes: true, clock: house.clock, log: house.log },
    connection: () => ({
      publish: (topic, text) => {
        answers.push(`${topic} ${text}`);
        return Promise.resolve('acknowledged');
      },
    }),
  });
  desk.receive({
    topic: `${topics.base}/request/${route}`,
    payload: Buffer.from('{}'),
    retained: false,
    responseTopic: undefined,
    correlationData: undefined,
  });
  await desk.stop(1_000);
  expect(answers).toEqual([expect.stringMatching(`^${topics.base}/response/${route} .*unknown_route`)]);
  expect(answers[0]).toMatch(why);
  expect(house.parts.clockTrust.isTrusted).toBe(false);
});
