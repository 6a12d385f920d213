import { act } from '../route.ts';
import type { Route } from '../route.ts';
import { simulateSchemas } from './schemas.ts';
import * as network from './network.ts';
import * as people from './people.ts';

const attempt = { answers: ['action_attempt'] };

/** Seam's sandbox aids: only where the locks are simulated. */
export const simulateRoutes: readonly Route[] = [
  act(
    'devices/simulate/connect',
    { summary: 'Brings a simulated lock back into reach.', schema: simulateSchemas.device },
    (parts, params) => network.setReach(parts, params, true),
  ),
  act(
    'devices/simulate/disconnect',
    { summary: 'Puts a simulated lock out of reach.', schema: simulateSchemas.device },
    (parts, params) => network.setReach(parts, params, false),
  ),
  act(
    'devices/simulate/connect_to_hub',
    { summary: "Plugs a simulated lock's radio in.", schema: simulateSchemas.device },
    (parts, params) => network.setHub(parts, params, true),
  ),
  act(
    'devices/simulate/disconnect_from_hub',
    { summary: "Pulls a simulated lock's radio out.", schema: simulateSchemas.device },
    (parts, params) => network.setHub(parts, params, false),
  ),
  act(
    'devices/simulate/remove',
    { summary: 'Takes a simulated lock off its door.', schema: simulateSchemas.device },
    network.remove,
  ),
  act(
    'devices/simulate/paid_subscription',
    { summary: 'Refused: no lock here needs a subscription.', schema: simulateSchemas.subscription },
    network.paidSubscription,
  ),
  act(
    'locks/simulate/keypad_code_entry',
    { ...attempt, summary: 'Enters a code at a simulated lock.', schema: simulateSchemas.entry },
    people.enterCode,
  ),
  act(
    'locks/simulate/manual_lock_via_keypad',
    { ...attempt, summary: 'Locks a simulated lock at its keypad.', schema: simulateSchemas.device },
    people.lockAtKeypad,
  ),
  act(
    'access_codes/simulate/create_unmanaged_access_code',
    {
      summary: 'Adds a code at the keypad of a simulated lock.',
      schema: simulateSchemas.unmanagedCode,
      answers: ['access_code'],
    },
    people.addCode,
  ),
];
