import { ByteReader, ByteWriter } from './zcl-bytes.ts';
import { type Reply, type ServerCluster, findAttribute, reply, status } from './zcl-cluster.ts';
import { type ZclFrame, globalCommand, zclStatus } from './zcl-frame.ts';
import { isAnalog, readValue, writeValue } from './zcl-types.ts';

/** How an attribute is to be reported; times in seconds, `max` 0xffff: not at all (ZCL §2.5.7.1). */
export interface ReportingRule {
  readonly cluster: number;
  readonly attribute: number;
  readonly min: number;
  readonly max: number;
}

/** Where the rules are kept. */
export interface ReportingRules {
  get(cluster: number, attribute: number): ReportingRule | undefined;
  put(rule: ReportingRule): void;
}

/** Any frame of foundation commands has to fit one ASDU; what doesn't is left to another request. */
const answerMaxBytes = 70;

const readAttributes = (frame: ZclFrame, cluster: ServerCluster): Reply => {
  const reader = new ByteReader(frame.payload);
  const answer = new ByteWriter();
  while (reader.left > 0) {
    const id = reader.u16();
    if (answer.done().length > answerMaxBytes) {
      answer.u16(id).u8(zclStatus.insufficientSpace);
      continue;
    }
    const attribute = findAttribute(cluster, id, frame.manufacturer);
    if (attribute === undefined) {
      answer.u16(id).u8(zclStatus.unsupportedAttribute);
      continue;
    }
    answer.u16(id).u8(zclStatus.success).u8(attribute.type);
    writeValue(answer, attribute.type, attribute.get());
  }
  return reply(globalCommand.readAttributesResponse, answer.done());
};

/** One record of Write Attributes (ZCL §2.5.3); `apply` does it, and may be called later. */
const writeRecord = (
  reader: ByteReader,
  frame: ZclFrame,
  cluster: ServerCluster,
): { readonly id: number; readonly objection: number; readonly apply: () => number } => {
  const id = reader.u16();
  const type = reader.u8();
  const value = readValue(reader, type);
  const attribute = findAttribute(cluster, id, frame.manufacturer);
  let objection: number = zclStatus.success;
  if (attribute === undefined) objection = zclStatus.unsupportedAttribute;
  else if (attribute.set === undefined) objection = zclStatus.readOnly;
  else if (attribute.type !== type) objection = zclStatus.invalidDataType;
  return { id, objection, apply: () => attribute?.set?.(value) ?? zclStatus.success };
};

const writeAttributes = (frame: ZclFrame, cluster: ServerCluster): Reply => {
  const reader = new ByteReader(frame.payload);
  const records: ReturnType<typeof writeRecord>[] = [];
  while (reader.left > 0) records.push(writeRecord(reader, frame, cluster));
  const undivided = frame.command === globalCommand.writeAttributesUndivided;
  const none = undivided && records.some(({ objection }) => objection !== zclStatus.success);
  const failed = records
    .map(({ id, objection, apply }) => ({
      id,
      code: objection === zclStatus.success && !none ? apply() : objection,
    }))
    .filter(({ code }) => code !== zclStatus.success);
  if (frame.command === globalCommand.writeAttributesNoResponse) return { kind: 'silence' };
  const answer = new ByteWriter();
  for (const { id, code } of failed) answer.u8(code).u16(id);
  // All well is a single status without an attribute (ZCL §2.5.5.1).
  if (failed.length === 0) answer.u8(zclStatus.success);
  return reply(globalCommand.writeAttributesResponse, answer.done());
};

const configureReporting = (frame: ZclFrame, cluster: ServerCluster, rules: ReportingRules): Reply => {
  const reader = new ByteReader(frame.payload);
  const failed = new ByteWriter();
  while (reader.left > 0) {
    const direction = reader.u8();
    const id = reader.u16();
    if (direction === 1) {
      reader.u16();
      failed.u8(zclStatus.unsupportedAttribute).u8(direction).u16(id);
      continue;
    }
    const type = reader.u8();
    const rule = { cluster: cluster.id, attribute: id, min: reader.u16(), max: reader.u16() };
    if (isAnalog(type)) readValue(reader, type);
    const attribute = findAttribute(cluster, id, frame.manufacturer);
    if (attribute === undefined) failed.u8(zclStatus.unsupportedAttribute).u8(direction).u16(id);
    else if (attribute.type !== type) failed.u8(zclStatus.invalidDataType).u8(direction).u16(id);
    else if (attribute.reportable !== true) failed.u8(zclStatus.unreportableAttribute).u8(direction).u16(id);
    else if (rule.max !== 0 && rule.min > rule.max) failed.u8(zclStatus.invalidValue).u8(direction).u16(id);
    else rules.put(rule);
  }
  const answer = failed.done();
  const allWell = Buffer.of(zclStatus.success);
  return reply(globalCommand.configureReportingResponse, answer.length === 0 ? allWell : answer);
};

const readReporting = (frame: ZclFrame, cluster: ServerCluster, rules: ReportingRules): Reply => {
  const reader = new ByteReader(frame.payload);
  const answer = new ByteWriter();
  while (reader.left > 0) {
    const direction = reader.u8();
    const id = reader.u16();
    const attribute = findAttribute(cluster, id, frame.manufacturer);
    const rule = rules.get(cluster.id, id);
    if (attribute === undefined) answer.u8(zclStatus.unsupportedAttribute).u8(direction).u16(id);
    else if (attribute.reportable !== true) answer.u8(zclStatus.unreportableAttribute).u8(direction).u16(id);
    else if (rule === undefined) answer.u8(zclStatus.notFound).u8(direction).u16(id);
    else {
      answer.u8(zclStatus.success).u8(direction).u16(id).u8(attribute.type).u16(rule.min).u16(rule.max);
      if (isAnalog(attribute.type)) writeValue(answer, attribute.type, 1);
    }
  }
  return reply(globalCommand.readReportingConfigurationResponse, answer.done());
};

const discoverAttributes = (frame: ZclFrame, cluster: ServerCluster): Reply => {
  const reader = new ByteReader(frame.payload);
  const start = reader.u16();
  const most = reader.u8();
  const all = cluster.attributes
    .filter(({ id, manufacturer }) => id >= start && manufacturer === frame.manufacturer)
    .sort((a, b) => a.id - b.id);
  const told = all.slice(0, Math.min(most, Math.floor(answerMaxBytes / 3)));
  const answer = new ByteWriter().u8(told.length === all.length ? 1 : 0);
  for (const { id, type } of told) answer.u16(id).u8(type);
  return reply(globalCommand.discoverAttributesResponse, answer.done());
};

const discoverCommands = (frame: ZclFrame, cluster: ServerCluster): Reply => {
  const reader = new ByteReader(frame.payload);
  const start = reader.u8();
  const most = reader.u8();
  const all = [...cluster.commands.keys()].filter((id) => id >= start).sort((a, b) => a - b);
  const told = all.slice(0, most);
  return reply(
    globalCommand.discoverCommandsReceivedResponse,
    Buffer.of(told.length === all.length ? 1 : 0, ...told),
  );
};

/** Answers a foundation command to a cluster's server (ZCL §2.5). Throws `MalformedCommand`. */
export const answerGlobal = (frame: ZclFrame, cluster: ServerCluster, rules: ReportingRules): Reply => {
  switch (frame.command) {
    case globalCommand.readAttributes:
      return readAttributes(frame, cluster);
    case globalCommand.writeAttributes:
    case globalCommand.writeAttributesUndivided:
    case globalCommand.writeAttributesNoResponse:
      return writeAttributes(frame, cluster);
    case globalCommand.configureReporting:
      return configureReporting(frame, cluster, rules);
    case globalCommand.readReportingConfiguration:
      return readReporting(frame, cluster, rules);
    case globalCommand.discoverAttributes:
      return discoverAttributes(frame, cluster);
    case globalCommand.discoverCommandsReceived:
      return discoverCommands(frame, cluster);
    case globalCommand.defaultResponse:
    case globalCommand.reportAttributes:
    case globalCommand.readAttributesResponse:
      return { kind: 'silence' };
    default:
      return status(
        frame.manufacturer === undefined
          ? zclStatus.unsupportedGeneralCommand
          : zclStatus.unsupportedManufacturerGeneralCommand,
      );
  }
};
