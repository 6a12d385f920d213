import { z } from 'zod';
import type { RouteInfo } from '../../src/app/answer.ts';

const reads = new Set(['get', 'list', 'status', 'doctor', 'slots', 'history', 'events']);

/** A route of a fake application, a read or a write by its name. */
export const routeInfo = (name: string): RouteInfo => {
  const isRead = reads.has(name.split('/').at(-1) ?? '');
  return {
    name,
    summary: name,
    schema: z.looseObject({}),
    methods: isRead ? ['GET', 'POST'] : ['POST'],
    answers: [],
    isLocal: false,
    kind: isRead ? 'read' : 'write',
  };
};
