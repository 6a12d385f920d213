import type { ActionAttempt } from '../../ports/action-attempts.ts';
import type { AnswerBody } from '../answer.ts';
import { iso } from '../objects/common.ts';

/** A command to a lock as Seam models it (facts page SEAM-ROUTES, "action_attempt"). */
export const attemptView = ({ end, ...attempt }: ActionAttempt): AnswerBody => ({
  action_attempt_id: attempt.attemptId,
  action_type: attempt.actionType,
  status: end?.kind ?? 'pending',
  result: end?.kind === 'success' ? end.result : null,
  error: end?.kind === 'error' ? { type: end.type, message: end.message } : null,
  x_device_id: attempt.deviceId,
  x_created_at: iso(attempt.createdAt),
  x_ended_at: attempt.endedAt === undefined ? null : iso(attempt.endedAt),
});
