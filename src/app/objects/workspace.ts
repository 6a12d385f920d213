import { z } from 'zod';
import { uuidPattern } from '../../core/ids.ts';

/** The one workspace as it goes out (facts page SEAM-ROUTES §2). */
export const workspaceObject = z.strictObject({
  workspace_id: z.string().regex(uuidPattern),
  name: z.string(),
  company_name: z.string(),
  connect_partner_name: z.string().nullable(),
  connect_webview_customization: z.strictObject({}),
  is_publishable_key_auth_enabled: z.boolean(),
  is_sandbox: z.boolean(),
  is_suspended: z.boolean(),
  organization_id: z.null(),
});
