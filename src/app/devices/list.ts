import type { z } from 'zod';
import type { AnswerBody } from '../answer.ts';
import { isTextKey, pageOf, sliced } from '../paging.ts';
import type { AppParts } from '../parts.ts';
import { chosen, orderOf } from './filter.ts';
import { mostListed, mostUnmanagedListed } from './schemas.ts';
import type { deviceSchemas } from './schemas.ts';
import { asked, show } from './show.ts';

type Params<K extends keyof typeof deviceSchemas> = z.infer<(typeof deviceSchemas)[K]>;

export const getDevice = (parts: AppParts, params: Params<'get'>): AnswerBody => ({
  device: show(parts, asked(parts, params, 'managed')),
});

export const getUnmanagedDevice = (parts: AppParts, params: Params<'get'>): AnswerBody => ({
  device: show(parts, asked(parts, params, 'unmanaged')),
});

export const listDevices = (parts: AppParts, params: Params<'list'>): AnswerBody => {
  const { items, pagination } = pageOf(parts, 'devices/list', params, {
    most: mostListed,
    isKey: isTextKey,
    read: sliced(chosen(parts, params, 'managed'), orderOf),
  });
  return { devices: items.map((device) => show(parts, device)), pagination };
};

export const listUnmanagedDevices = (parts: AppParts, params: Params<'unmanagedList'>): AnswerBody => {
  const { items, pagination } = pageOf(parts, 'devices/unmanaged/list', params, {
    most: mostUnmanagedListed,
    isKey: isTextKey,
    read: sliced(chosen(parts, params, 'unmanaged'), orderOf),
  });
  return { devices: items.map((device) => show(parts, device)), pagination };
};
