import { Zcl } from 'zigbee-herdsman';
import type { Models } from 'zigbee-herdsman';
import { clusters } from './zcl.ts';

/** What must be said to herdsman about a lock before it speaks to it, anew after each start: it isn't kept. */

const known = Zcl.Clusters.closuresDoorLock;

type Parameters = (typeof known.commandsResponse)[string]['parameters'];

const always = 3;

/**
 * A response with a status other than success leaves out what follows, and herdsman would throw (facts page,
 * `INVALID_FIELD`): what follows the third field need not be there.
 */
const lenient = (parameters: Parameters): Parameters =>
  parameters.map((parameter, index) =>
    index < always
      ? parameter
      : {
          ...parameter,
          conditions: [{ type: Zcl.ParameterCondition.MINIMUM_REMAINING_BUFFER_BYTES, value: 1 }],
        },
  );

export const teachDialect = (device: Models.Device): void => {
  const { getYearDayScheduleRsp: response } = known.commandsResponse;
  if (response === undefined) return;
  device.addCustomCluster(known.name, {
    name: known.name,
    ID: clusters.doorLock,
    attributes: {},
    commands: {},
    commandsResponse: {
      getYearDayScheduleRsp: { ...response, parameters: lenient(response.parameters) },
    },
  });
};
