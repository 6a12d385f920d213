/** Which names errors and warnings bear (config `api.vocabulary`): the seeds', or those of 2026. */
export type Vocabulary = 'seeds' | 'current';

/**
 * Inside, the seeds' names are used throughout; these are the names of 2026 where they are others (facts page
 * SEAM-ROUTES, end of "Warning codes"). Two old names may have one new one: then it is told once.
 */
export const currentErrors: Readonly<Record<string, string>> = {
  code_modified_external_to_seam: 'conflicting_external_modification',
  replaced_by_newer_access_code: 'conflicting_external_modification',
  duplicate_code_attempt_prevented: 'duplicate_code_on_device',
  kwikset_unable_to_confirm_code: 'provider_issue',
  kwikset_unable_to_confirm_deletion: 'provider_issue',
};

export const currentWarnings: Readonly<Record<string, string>> = {
  code_modified_external_to_seam: 'external_modification_in_effect',
  schlage_access_code_ambiguous_timezone_dst_risk: 'time_frame_adjusted_for_unknown_time_zone',
  kwikset_unable_to_confirm_code: 'unknown_issue_with_access_code',
  ultraloq_access_code_disabled: 'unknown_issue_with_access_code',
};

/** Warnings of the seeds that are errors today. */
export const currentErrorsOfWarnings: Readonly<Record<string, string>> = {
  ultraloq_access_code_disabled: 'access_code_inactive',
};

/**
 * Events that the seeds don't know, beside those that they do, which all kept their names. They are only appended while
 * the vocabulary is `current`: each is an event of its own.
 */
export const currentEvents = [
  'access_code.name_changed',
  'access_code.code_changed',
  'access_code.time_frame_changed',
  'access_code.mutations_requested',
] as const;

export const errorCode = (name: string, vocabulary: Vocabulary): string =>
  vocabulary === 'seeds' ? name : (currentErrors[name] ?? name);

export const warningCode = (name: string, vocabulary: Vocabulary): string =>
  vocabulary === 'seeds' ? name : (currentWarnings[name] ?? name);
