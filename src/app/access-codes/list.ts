import { AccessCodeId } from '../../core/ids.ts';
import type { AccessCode } from '../../core/model.ts';
import type { PlacedCode } from '../../ports/store.ts';
import type { AnswerBody } from '../answer.ts';
import { isNumberKey, pageOf } from '../paging.ts';
import type { AppParts } from '../parts.ts';
import type { Caller } from '../route.ts';
import { deviceById } from '../parts.ts';
import type { Params } from './schemas.ts';
import { codeViewer } from './view.ts';

/** As many codes are on a page where nothing else is asked for (Seam's default). */
const mostOnPage = 55_000;

/** Access codes in order of creation. What is asked for by things that nobody has here (grants, customers) is none. */
export const list = (parts: AppParts, params: Params<'list'>, { seesCodes = true }: Caller): AnswerBody => {
  const { items, pagination } = pageOf(parts, 'access_codes/list', params, {
    most: mostOnPage,
    isKey: isNumberKey,
    read: (after, count) =>
      isForeign(params)
        ? []
        : placed(parts, params, seesCodes, after, count).map((one) => [one.position, one.code]),
  });
  return { access_codes: items.map(codeViewer(parts)), pagination };
};

/** Nothing here belongs to a customer, a user identity, an access grant or an access method. */
const isForeign = (params: Params<'list'>): boolean =>
  [
    params.customer_key,
    params.user_identifier_key,
    params.access_grant_id,
    params.access_grant_key,
    params.access_method_id,
  ].some((filter) => filter !== undefined);

const placed = (
  parts: AppParts,
  { device_id, access_code_ids, search }: Params<'list'>,
  seesCodes: boolean,
  after: number | undefined,
  count: number,
): PlacedCode[] => {
  const filter = {
    ...(device_id === undefined ? {} : { deviceId: deviceById(parts, device_id).deviceId }),
    ...(access_code_ids === undefined
      ? {}
      : { ids: access_code_ids.map((id) => AccessCodeId(id.toLowerCase())) }),
  };
  const page = (from: number | undefined, most: number): PlacedCode[] =>
    parts.store.accessCodePage(filter, from, most);
  if (search === undefined) return page(after, count);
  const sought = search.toLowerCase();
  return searched(page, (code) => matches(code, sought, seesCodes), after, count);
};

const searchStep = 500;

/** PINs are sealed in the store: what is searched for is looked for code by code, some hundred at a time. */
const searched = (
  page: (after: number | undefined, most: number) => PlacedCode[],
  isFound: (code: AccessCode) => boolean,
  after: number | undefined,
  count: number,
): PlacedCode[] => {
  const found: PlacedCode[] = [];
  for (let from = after; found.length < count;) {
    const step = page(from, searchStep);
    found.push(...step.filter(({ code }) => isFound(code)));
    if (step.length < searchStep) break;
    from = step.at(-1)?.position;
  }
  return found.slice(0, count);
};

/** Part of its name or id, or of its PIN: but who doesn't see PINs would find one so, digit by digit. */
const matches = ({ name, pin, accessCodeId }: AccessCode, search: string, seesCodes: boolean): boolean =>
  (name?.toLowerCase().includes(search) ?? false) ||
  accessCodeId.includes(search) ||
  (seesCodes && pin.reveal().includes(search));
