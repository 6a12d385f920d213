import { CommandClass } from '@zwave-js/cc';
import { ZWaveProtocolCC } from '@zwave-js/cc/ZWaveProtocolCC';
import { ProtocolDataRate, TransmitOptions, TransmitStatus } from '@zwave-js/core';
import { FunctionType, Message, MessageOrigin } from '@zwave-js/serial';
import { createAndOpenMockedZWaveSerialPort } from '@zwave-js/serial/mock';
import {
  ApplicationCommandRequest,
  SendDataAbort,
  SendDataRequest,
  SendDataRequestTransmitReport,
  SendDataResponse,
} from '@zwave-js/serial/serialapi';
import {
  MockController,
  type MockControllerBehavior,
  type MockNode,
  MockZWaveFrameType,
  createMockZWaveRequestFrame,
} from '@zwave-js/testing';
import { createDefaultMockControllerBehaviors } from 'zwave-js/Testing';
import { Inclusion, type Surroundings } from './inclusion.ts';
import type { NetworkKeys } from './keys.ts';
import type { SerialLine } from './serial-line.ts';

/** How the stick reaches a lock: `reach` resolves to false when the lock is off the air. */
export interface Airway {
  /** How strongly its acknowledgement comes in, in dBm. */
  rssiDbm(nodeId: number): number | undefined;
  reach(nodeId: number, abort: AbortSignal): Promise<boolean>;
}

/** Unit of the times in a transmit report. */
const tickMs = 10;

type SendCommand = Pick<SendDataRequest, 'serializedCC' | 'transmitOptions' | 'getNodeId'>;

/** What our stick can do; no bridge and no soft reset, like a plain 500-series static controller. */
const functions = [
  FunctionType.GetSerialApiInitData,
  FunctionType.GetControllerCapabilities,
  FunctionType.GetControllerVersion,
  FunctionType.GetControllerId,
  FunctionType.GetNodeProtocolInfo,
  FunctionType.RequestNodeInfo,
  FunctionType.SendData,
  FunctionType.SendDataAbort,
  FunctionType.AssignSUCReturnRoute,
  FunctionType.DeleteSUCReturnRoute,
  FunctionType.AddNodeToNetwork,
  FunctionType.RemoveNodeFromNetwork,
  FunctionType.IsFailedNode,
  FunctionType.RemoveFailedNode,
];

/** Decodes a command with the lock's own keys; undefined where a lock would discard it as malformed. */
const decode = async (
  controller: MockController,
  node: MockNode,
  request: SendCommand,
): Promise<CommandClass | undefined> => {
  if (request.serializedCC === undefined) return undefined;
  try {
    return await CommandClass.parse(request.serializedCC, {
      sourceNodeId: controller.ownNodeId,
      __internalIsMockNode: true,
      ...node.encodingContext,
      ...node.securityManagers,
      frameType: 'singlecast',
    });
  } catch {
    return undefined;
  }
};

/** Sends one command over the air. @returns whether the lock acknowledged it. */
const transmit = async (
  controller: MockController,
  airway: Airway,
  request: SendCommand,
  abort: AbortSignal,
): Promise<boolean> => {
  const node = controller.nodes.get(request.getNodeId() ?? 0);
  if (node === undefined || !(await airway.reach(node.id, abort))) return false;
  const command = await decode(controller, node, request);
  if (command === undefined) return true;
  const ackRequested = (request.transmitOptions & TransmitOptions.ACK) !== 0;
  try {
    await controller.sendToNode(node, createMockZWaveRequestFrame(command, { ackRequested }));
    return true;
  } catch {
    return false;
  }
};

/** The library's own handler throws when a client dies in the middle of a command; this one doesn't. */
const sendData = (airway: Airway): MockControllerBehavior => {
  let sending = new AbortController();
  return {
    async onHostMessage(controller, message) {
      if (message instanceof SendDataAbort) {
        sending.abort();
        return true;
      }
      if (!(message instanceof SendDataRequest)) return undefined;
      sending = new AbortController();
      await controller.sendMessageToHost(new SendDataResponse({ wasSent: true }));
      const startMs = performance.now();
      const acknowledged = await transmit(controller, airway, message, sending.signal);
      if (!message.hasCallbackId() || message.callbackId === 0) return true;
      const transmitStatus = acknowledged ? TransmitStatus.OK : TransmitStatus.NoAck;
      const { callbackId } = message;
      const txTicks = Math.ceil((performance.now() - startMs) / tickMs);
      const ackRSSI = acknowledged ? airway.rssiDbm(message.getNodeId() ?? 0) : undefined;
      const signal = ackRSSI === undefined ? {} : { ackRSSI };
      const txReport = { txTicks, routeSpeed: ProtocolDataRate.ZWave_100k, ...signal };
      await controller.sendMessageToHost(
        new SendDataRequestTransmitReport({ callbackId, transmitStatus, txReport }),
      );
      return true;
    },
  };
};

/** Hands the locks' commands to the host one at a time: S2 can't bear two frames that overtake each other. */
const forwardToHost = (): MockControllerBehavior => {
  let line: Promise<void> = Promise.resolve();
  return {
    onNodeFrame(controller, node, frame) {
      if (frame.type !== MockZWaveFrameType.Request || frame.payload instanceof ZWaveProtocolCC)
        return undefined;
      const message = new ApplicationCommandRequest({ command: frame.payload });
      message.getNodeId = () => node.id;
      // A frame that can't be encrypted (no nonce yet) is lost, as it would be on the air.
      line = line.then(() => controller.sendMessageToHost(message, node)).catch(() => undefined);
      return true;
    },
  };
};

export interface ControllerHandle {
  readonly controller: MockController;
  readonly inclusion: Inclusion;
  /** Feeds one Serial API frame from the client; never rejects. */
  receive(frame: Uint8Array<ArrayBuffer>): Promise<void>;
  close(): Promise<void>;
}

/** A simulated stick whose serial side is `line`. */
export const createController = async (
  line: SerialLine,
  airway: Airway,
  surroundings: Surroundings,
  keys: NetworkKeys,
  homeId: number,
): Promise<ControllerHandle> => {
  const { port, serial } = await createAndOpenMockedZWaveSerialPort();
  port.emitData = (data) => {
    line.write(data);
  };
  const controller = await MockController.create({
    mockPort: port,
    serial,
    homeId,
    ownNodeId: 1,
    securityKeys: keys,
    capabilities: { supportedFunctionTypes: functions },
  });
  controller.autoAckNodeFrames = false;
  controller.expectHostACK = () => line.acknowledged();
  const behaviours = [sendData(airway), forwardToHost(), ...createDefaultMockControllerBehaviors()];
  controller.defineBehavior(...behaviours);
  const inclusion = new Inclusion(controller, surroundings);
  return {
    controller,
    inclusion,
    // Past the mock port's stream, which would lose the connection that the frame belongs to and lets a bad frame
    // end the process.
    async receive(frame) {
      try {
        const message = Message.parse(frame, { ...controller.parsingContext, origin: MessageOrigin.Host });
        controller.ackHostMessage();
        if (await inclusion.receive(frame)) return;
        for (const behaviour of behaviours)
          if ((await behaviour.onHostMessage?.(controller, message)) === true) return;
      } catch (error) {
        process.stderr.write(`simulated stick: ${error instanceof Error ? error.message : 'failed'}\n`);
      }
    },
    async close() {
      controller.destroy();
      await serial.close();
    },
  };
};
