import { accountRoutes } from './account/routes.ts';
import { accessCodeRoutes } from './access-codes/routes.ts';
import { actionAttemptRoutes } from './action-attempts/routes.ts';
import { applyRoutes } from './apply/routes.ts';
import { arrivalRoutes } from './arrivals/routes.ts';
import { backupRoutes } from './backup/routes.ts';
import { clockRoutes } from './clock/routes.ts';
import { deviceRoutes } from './devices/routes.ts';
import { eventRoutes } from './events/routes.ts';
import { keyRoutes } from './keys/routes.ts';
import { lockRoutes } from './locks/routes.ts';
import { lockstepRoutes } from './lockstep/routes.ts';
import type { AppParts } from './parts.ts';
import type { Route } from './route.ts';
import { simulateRoutes } from './simulate/routes.ts';
import { unmanagedRoutes } from './unmanaged/routes.ts';
import { webhookRoutes } from './webhooks/routes.ts';

const always: readonly Route[] = [
  ...accessCodeRoutes,
  ...backupRoutes,
  ...unmanagedRoutes,
  ...deviceRoutes,
  ...lockRoutes,
  ...lockstepRoutes,
  ...arrivalRoutes,
  ...clockRoutes,
  ...applyRoutes,
  ...keyRoutes,
  ...eventRoutes,
  ...webhookRoutes,
  ...accountRoutes,
  ...actionAttemptRoutes,
];

/** All use cases, each under its route's name: each face offers these and no others. */
export const routesOf = ({ simulation }: Pick<AppParts, 'simulation'>): ReadonlyMap<string, Route> =>
  new Map(
    [...always, ...(simulation === undefined ? [] : simulateRoutes)].map((route) => [route.name, route]),
  );
