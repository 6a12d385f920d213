import { describe, expect, it } from 'vitest';
import { makeTopics, type RetainedTarget } from './topics.ts';

const topics = makeTopics('lockstep', 'home');

describe('retained topics', () => {
  const targets: RetainedTarget[] = [
    { kind: 'device', id: 'd' },
    { kind: 'slots', id: 'd' },
    { kind: 'access_code', id: 'a' },
    { kind: 'unmanaged_access_code', id: 'u' },
  ];

  it.each(targets)('are told apart by name: $kind', (target) => {
    expect(topics.targetOf(topics.of(target))).toEqual(target);
  });

  it.each([
    'lockstep/home',
    'lockstep/home/devices',
    'lockstep/home/devices/d/slots/x',
    'lockstep/home2/devices/d',
  ])('do not include %s', (topic) => {
    expect(topics.targetOf(topic)).toBeUndefined();
  });
});

describe('events', () => {
  it('have their type as one segment with its dots', () => {
    expect(topics.event('access_code.set_on_device')).toBe('lockstep/home/events/access_code.set_on_device');
    expect(topics.event('a/#+')).toBe('lockstep/home/events/a___');
  });
});

describe('routes', () => {
  it('are what follows request/', () => {
    expect(topics.routeOf('lockstep/home/request/locks/unlock_door')).toBe('locks/unlock_door');
    expect(topics.routeOf('lockstep/home/request')).toBe('');
    expect(topics.routeOf('lockstep/home/requests/x')).toBeUndefined();
  });

  it.each(['', '..', 'a//b', 'a/b/', '/a', 'A', 'a'.repeat(129), 'a b'])(
    'that do not look like one (%j) are answered under a fixed name',
    (route) => {
      expect(topics.response(route)).toBe('lockstep/home/response/invalid_route');
    },
  );
});

describe('a response topic that a client asks for', () => {
  it.each([
    '',
    'a/+',
    'a/#',
    '#',
    '$SYS/x',
    'lockstep/home',
    'lockstep/home/bridge',
    'x'.repeat(1_025),
    'a\0',
    'a\nb',
    'a/'.repeat(32) + 'a',
  ])('is refused when it is %j', (topic) => {
    expect(topics.responseTopicProblem(topic)).toMatch(/response topic/);
  });

  it.each(['answers', 'lockstep/home2/x', 'lockstep', 'a/$b', 'a/'.repeat(31) + 'a'])(
    'is taken when it is %j',
    (topic) => {
      expect(topics.responseTopicProblem(topic)).toBeUndefined();
    },
  );
});
