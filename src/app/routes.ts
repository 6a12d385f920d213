import { accessCodeRoutes } from './access-codes/routes.ts';
import { deviceRoutes } from './devices/routes.ts';
import { lockRoutes } from './locks/routes.ts';
import { lockstepRoutes } from './lockstep/routes.ts';
import type { Route } from './route.ts';
import { unmanagedRoutes } from './unmanaged/routes.ts';

/** All use cases, each under its route's name: each face offers these and no others. */
export const routes: ReadonlyMap<string, Route> = new Map(
  [...accessCodeRoutes, ...unmanagedRoutes, ...deviceRoutes, ...lockRoutes, ...lockstepRoutes].map(
    (route) => [route.name, route],
  ),
);
