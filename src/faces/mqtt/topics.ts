import type { Change } from '../../app/answer.ts';

/** A retained topic by what it shows. */
export type RetainedTarget =
  Exclude<Change, { readonly kind: 'events' | 'webhooks' }> | { readonly kind: 'arrivals' };

/** Longest route that is answered under its own name, in characters. */
const maxRouteLength = 128;
const routePattern = /^[a-z0-9_]+(?:\/[a-z0-9_]+){0,7}$/;

/** The topics of one bridge, as DESIGN §6 "MQTT" names them. */
export interface Topics {
  /** `<base_topic>/<bridge_id>`. */
  readonly base: string;
  readonly status: string;
  readonly requestFilter: string;
  /** Filters that together match the retained topics which come and go with the store's content. */
  readonly retainedFilters: readonly string[];
  of(target: RetainedTarget): string;
  /** What a retained topic shows, by its name; undefined where it isn't one of those that come and go. */
  targetOf(topic: string): RetainedTarget | undefined;
  event(eventType: string): string;
  /** The route of a request's topic as it was sent (empty for `…/request` itself). */
  routeOf(topic: string): string | undefined;
  /**
   * Where the answers of a route go. A route that doesn't look like one is answered on
   * `…/response/invalid_route`, so that nobody chooses topics for us.
   */
  response(route: string): string;
  /**
   * What is wrong with a response topic that a client asks for, in words for that client. Topics of this
   * bridge are refused: else a client that may only send requests could write our retained state.
   */
  responseTopicProblem(topic: string): string | undefined;
}

/** Levels of a response topic; far more than anybody names, far fewer than any broker bears. */
const responseLevelsMost = 32;

/** True for a route in the form of Seam's paths, short enough to be repeated in topics and logs. */
export const isWellFormedRoute = (route: string): boolean =>
  route.length <= maxRouteLength && routePattern.test(route);

export const makeTopics = (baseTopic: string, bridgeId: string): Topics => {
  const base = `${baseTopic}/${bridgeId}`;
  const of = (target: RetainedTarget): string => {
    switch (target.kind) {
      case 'bridge':
        return `${base}/bridge`;
      case 'arrivals':
        return `${base}/arrivals`;
      case 'device':
        return `${base}/devices/${target.id}`;
      case 'slots':
        return `${base}/devices/${target.id}/slots`;
      case 'access_code':
        return `${base}/access_codes/${target.id}`;
      case 'unmanaged_access_code':
        return `${base}/unmanaged_access_codes/${target.id}`;
    }
  };
  return {
    base,
    of,
    status: `${base}/status`,
    requestFilter: `${base}/request/#`,
    retainedFilters: [
      of({ kind: 'device', id: '+' }),
      of({ kind: 'slots', id: '+' }),
      of({ kind: 'access_code', id: '+' }),
      of({ kind: 'unmanaged_access_code', id: '+' }),
    ],
    targetOf: (topic) => {
      if (!topic.startsWith(`${base}/`)) return undefined;
      const [family, id, leaf, ...more] = topic.slice(base.length + 1).split('/');
      if (id === undefined || more.length > 0) return undefined;
      if (family === 'devices' && leaf === 'slots') return { kind: 'slots', id };
      if (leaf !== undefined) return undefined;
      if (family === 'devices') return { kind: 'device', id };
      if (family === 'access_codes') return { kind: 'access_code', id };
      return family === 'unmanaged_access_codes' ? { kind: 'unmanaged_access_code', id } : undefined;
    },
    event: (eventType) => `${base}/events/${eventType.replaceAll(/[^A-Za-z0-9._-]/g, '_')}`,
    routeOf: (topic) => {
      if (topic === `${base}/request`) return '';
      return topic.startsWith(`${base}/request/`) ? topic.slice(base.length + '/request/'.length) : undefined;
    },
    response: (route) => `${base}/response/${isWellFormedRoute(route) ? route : 'invalid_route'}`,
    responseTopicProblem: (topic) => {
      if (topic.length === 0 || topic.length > 1_024)
        return 'The response topic must have 1 to 1024 characters.';
      if (/[+#]|\p{Cc}/u.test(topic))
        return 'The response topic must not hold wildcards or control characters.';
      // Brokers cut off whoever publishes to a topic they find too deep (mosquitto: 200 levels): that would be us.
      if (topic.split('/').length > responseLevelsMost)
        return `The response topic must have at most ${responseLevelsMost} levels.`;
      if (topic.startsWith('$')) return 'The response topic must not begin with $.';
      if (topic === base || topic.startsWith(`${base}/`)) {
        return `The response topic must not lie under ${base}; leave it out to be answered on ${base}/response/….`;
      }
      return undefined;
    },
  };
};
