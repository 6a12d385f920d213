import {
  type CommandClass,
  ECDHProfiles,
  KEXFailType,
  KEXSchemes,
  Security2CC,
  Security2CCKEXFail,
  Security2CCKEXGet,
  Security2CCKEXReport,
  Security2CCKEXSet,
  Security2CCNetworkKeyGet,
  Security2CCNetworkKeyReport,
  Security2CCNetworkKeyVerify,
  Security2CCNonceGet,
  Security2CCNonceReport,
  Security2CCPublicKeyReport,
  Security2CCTransferEnd,
} from '@zwave-js/cc';
import {
  CommandClasses,
  SecurityClass,
  SPANState,
  computePRK,
  deriveSharedECDHSecret,
  deriveTempKeys,
} from '@zwave-js/core';
import {
  type MockNode,
  type MockNodeBehavior,
  type MockZWaveFrame,
  MockZWaveFrameType,
  createMockZWaveRequestFrame,
} from '@zwave-js/testing';
import type { LockIdentity } from './label.ts';
import { type BootstrappingHooks, forgetKeys, installKeys } from './node-keys.ts';
import { sleep } from '../shared/sleep.ts';

const nonceDeadlineMs = 1_000;
/** A lock repeats its KEX Set until the hub can read it; the specification has it do so every 10 s. */
const repeatEveryMs = 500;
/** How long a lock waits for somebody to type its PIN (S2 specification, timer TBI2). */
const pinDeadlineMs = 240_000;

type Stage =
  | { readonly kind: 'idle' }
  | {
      readonly kind: 'exchanging';
      readonly granted: readonly SecurityClass[];
      readonly repeat: AbortController;
    }
  | { readonly kind: 'keys'; readonly granted: readonly SecurityClass[] }
  | {
      readonly kind: 'verifying';
      readonly granted: readonly SecurityClass[];
      readonly current: SecurityClass;
    }
  | { readonly kind: 'finishing' };

type Action = Awaited<ReturnType<NonNullable<MockNodeBehavior['handleCC']>>>;
const ignore: Action = { action: 'stop' };

const over = (signal: AbortSignal): boolean => signal.aborted;

const isNonce = (frame: MockZWaveFrame): boolean =>
  frame.type === MockZWaveFrameType.Request &&
  frame.payload instanceof Security2CCNonceReport &&
  frame.payload.SOS;

/**
 * The lock's side of the S2 key exchange (S2 specification, "S2 bootstrapping"). Unlike the library's mock it hides
 * the first two bytes of its public key, echoes what was granted, repeats its KEX Set while somebody looks for the
 * PIN, and has no key before it was given one.
 */
export class Bootstrapping implements MockNodeBehavior {
  readonly #identity: LockIdentity;
  readonly #requested: readonly SecurityClass[];
  readonly #hooks: BootstrappingHooks;
  readonly #keys = new Map<SecurityClass, Uint8Array>();
  #stage: Stage = { kind: 'idle' };

  constructor(identity: LockIdentity, requested: readonly SecurityClass[], hooks: BootstrappingHooks) {
    this.#identity = identity;
    this.#requested = requested;
    this.#hooks = hooks;
  }

  /** Ends what is still under way; the lock has left. */
  stop(): void {
    if (this.#stage.kind === 'exchanging') this.#stage.repeat.abort();
    this.#stage = { kind: 'idle' };
  }

  readonly handleCC = async (_controller: unknown, node: MockNode, cc: CommandClass): Promise<Action> => {
    if (cc instanceof Security2CCKEXGet) return this.#offer(node);
    if (cc instanceof Security2CCKEXSet && !cc.echo) return this.#begin(node, cc);
    if (cc instanceof Security2CCKEXFail) return this.#fail(node);
    if (cc instanceof Security2CCPublicKeyReport && cc.includingNode) return this.#exchange(node, cc);
    if (cc instanceof Security2CCNonceGet) return this.#beforeNonce(node);
    if (cc instanceof Security2CCNonceReport && cc.SOS) return this.#afterNonce(node);
    if (!cc.isEncapsulatedWith(CommandClasses['Security 2'])) return undefined;
    if (cc instanceof Security2CCKEXReport && cc.echo) return this.#askForKeys(node);
    if (cc instanceof Security2CCNetworkKeyReport) return this.#verify(node, cc);
    if (cc instanceof Security2CCTransferEnd) return this.#next(node, cc);
    return undefined;
  };

  async #offer(node: MockNode): Promise<Action> {
    this.stop();
    this.#keys.clear();
    await forgetKeys(node);
    const report = new Security2CCKEXReport({
      nodeId: node.controller.ownNodeId,
      echo: false,
      supportedKEXSchemes: [KEXSchemes.KEXScheme1],
      supportedECDHProfiles: [ECDHProfiles.Curve25519],
      requestCSA: false,
      requestedKeys: [...this.#requested],
    });
    return { action: 'sendCC', cc: report };
  }

  #begin(node: MockNode, { grantedKeys }: Security2CCKEXSet): Action {
    const nodeId = node.controller.ownNodeId;
    if (grantedKeys.length === 0 || grantedKeys.some((key) => !this.#requested.includes(key))) {
      const failType = KEXFailType.NoKeyMatch;
      return { action: 'sendCC', cc: new Security2CCKEXFail({ nodeId, failType }) };
    }
    this.stop();
    this.#stage = { kind: 'exchanging', granted: [...grantedKeys], repeat: new AbortController() };
    const publicKey = Uint8Array.from(this.#identity.publicKey);
    // What the label says is what isn't sent: without it nobody can have sat in between.
    if (grantedKeys.some((key) => key !== SecurityClass.S2_Unauthenticated)) publicKey.fill(0, 0, 2);
    const report = new Security2CCPublicKeyReport({ nodeId, includingNode: false, publicKey });
    return { action: 'sendCC', cc: report };
  }

  async #fail(node: MockNode): Promise<Action> {
    if (this.#stage.kind === 'idle') return ignore;
    this.stop();
    this.#keys.clear();
    await forgetKeys(node);
    this.#hooks.failed();
    return ignore;
  }

  async #exchange(node: MockNode, { publicKey }: Security2CCPublicKeyReport): Promise<Action> {
    const stage = this.#stage;
    const security = node.securityManagers.securityManager2;
    if (stage.kind !== 'exchanging' || security === undefined) return ignore;
    const own = this.#identity;
    const shared = await deriveSharedECDHSecret({ publicKey, privateKey: own.privateKey });
    const keys = await deriveTempKeys(await computePRK(shared, publicKey, own.publicKey));
    security.tempKeys.set(node.controller.ownNodeId, {
      keyCCM: keys.tempKeyCCM,
      personalizationString: keys.tempPersonalizationString,
    });
    void this.#repeatKexSet(node, stage.granted, stage.repeat.signal);
    return ignore;
  }

  async #repeatKexSet(node: MockNode, granted: readonly SecurityClass[], signal: AbortSignal): Promise<void> {
    const until = performance.now() + pinDeadlineMs;
    while (performance.now() < until) {
      // A new nonce each time would spoil the answer to the one before, should the hub be slow.
      const ready = this.#canEncrypt(node) || (await this.#freshNonce(node));
      if (over(signal)) return;
      if (ready) await this.#sendKexSet(node, granted);
      await sleep(repeatEveryMs, signal);
      if (over(signal)) return;
    }
    await this.#fail(node);
  }

  /** The hub couldn't read our KEX Set, since it has the PIN only now, and sent a nonce: say it once more. */
  async #afterNonce(node: MockNode): Promise<Action> {
    if (this.#stage.kind !== 'exchanging') return undefined;
    await this.#sendKexSet(node, this.#stage.granted);
    return ignore;
  }

  async #sendKexSet(node: MockNode, grantedKeys: readonly SecurityClass[]): Promise<void> {
    const echo = new Security2CCKEXSet({
      nodeId: node.controller.ownNodeId,
      echo: true,
      selectedKEXScheme: KEXSchemes.KEXScheme1,
      selectedECDHProfile: ECDHProfiles.Curve25519,
      permitCSA: false,
      grantedKeys: [...grantedKeys],
    });
    const encrypted = Security2CC.encapsulate(echo, node.id, node.securityManagers);
    await node.sendToController(createMockZWaveRequestFrame(encrypted, { ackRequested: false }));
  }

  #askForKeys(node: MockNode): Promise<Action> | Action {
    if (this.#stage.kind !== 'exchanging') return ignore;
    const { granted, repeat } = this.#stage;
    repeat.abort();
    this.#stage = { kind: 'keys', granted };
    return this.#askForNextKey(node, granted);
  }

  #askForNextKey(node: MockNode, granted: readonly SecurityClass[]): Action {
    const next = granted.find((key) => !this.#keys.has(key));
    const nodeId = node.controller.ownNodeId;
    if (next !== undefined)
      return this.#encrypted(node, new Security2CCNetworkKeyGet({ nodeId, requestedKey: next }));
    this.#stage = { kind: 'finishing' };
    return this.#encrypted(
      node,
      new Security2CCTransferEnd({ nodeId, keyVerified: false, keyRequestComplete: true }),
    );
  }

  async #verify(node: MockNode, { grantedKey, networkKey }: Security2CCNetworkKeyReport): Promise<Action> {
    const stage = this.#stage;
    if (stage.kind !== 'keys' || !stage.granted.includes(grantedKey)) return ignore;
    this.#keys.set(grantedKey, Uint8Array.from(networkKey));
    const nodeId = node.controller.ownNodeId;
    // From here to the next nonce the new key is in use, so that the hub sees that it has arrived.
    node.encodingContext.setSecurityClass(nodeId, grantedKey, true);
    await node.securityManagers.securityManager2?.setKey(grantedKey, networkKey);
    this.#stage = { kind: 'verifying', granted: stage.granted, current: grantedKey };
    if (!(await this.#freshNonce(node))) return ignore;
    return this.#encrypted(node, new Security2CCNetworkKeyVerify({ nodeId }), grantedKey);
  }

  #next(node: MockNode, { keyVerified, keyRequestComplete }: Security2CCTransferEnd): Action {
    if (this.#stage.kind !== 'keys' || !keyVerified || keyRequestComplete) return ignore;
    return this.#askForNextKey(node, this.#stage.granted);
  }

  /** The hub asks for a nonce: whatever was sent last has arrived, and the next key can be taken into use. */
  async #beforeNonce(node: MockNode): Promise<undefined> {
    const stage = this.#stage;
    const nodeId = node.controller.ownNodeId;
    if (stage.kind === 'verifying') {
      node.encodingContext.setSecurityClass(nodeId, stage.current, false);
      node.securityManagers.securityManager2?.deleteNonce(nodeId);
      this.#stage = { kind: 'keys', granted: stage.granted };
    }
    if (stage.kind === 'finishing') {
      this.#stage = { kind: 'idle' };
      await installKeys(node, this.#keys);
      this.#hooks.granted(new Map(this.#keys));
    }
    return undefined;
  }

  #encrypted(node: MockNode, cc: CommandClass, securityClass?: SecurityClass): Action {
    const options = securityClass === undefined ? undefined : { securityClass };
    return {
      action: 'sendCC',
      cc: Security2CC.encapsulate(cc, node.id, node.securityManagers, options),
    };
  }

  #canEncrypt({ controller, securityManagers }: MockNode): boolean {
    const state = securityManagers.securityManager2?.getSPANState(controller.ownNodeId).type;
    return state === SPANState.SPAN || state === SPANState.RemoteEI;
  }

  async #freshNonce(node: MockNode): Promise<boolean> {
    const nodeId = node.controller.ownNodeId;
    node.securityManagers.securityManager2?.deleteNonce(nodeId);
    const nonce = node.expectControllerFrame((frame): frame is MockZWaveFrame => isNonce(frame), {
      timeout: nonceDeadlineMs,
      preventDefault: true,
    });
    try {
      const get = new Security2CCNonceGet({ nodeId });
      await node.sendToController(createMockZWaveRequestFrame(get, { ackRequested: false }));
      await nonce;
      return true;
    } catch {
      return false;
    }
  }
}
