import type { AnswerBody } from '../answer.ts';
import { providerOf } from '../devices/device-type.ts';
import type { AppParts } from '../parts.ts';

/** The one workspace: the bridge (facts page SEAM-ROUTES, "workspace"). */
export const workspaceView = ({ store, bridge, simulation }: AppParts): AnswerBody => ({
  workspace_id: store.workspaceId,
  name: bridge.bridgeId,
  company_name: bridge.bridgeId,
  connect_partner_name: null,
  connect_webview_customization: {},
  is_publishable_key_auth_enabled: false,
  is_sandbox: simulation !== undefined,
  is_suspended: false,
  organization_id: null,
});

/** The one connected account: what the locks are connected with. */
export const accountView = ({ store, bridge }: AppParts): AnswerBody => {
  const { name, title } = providerOf(bridge.deviceType);
  return {
    connected_account_id: store.connectedAccountId,
    account_type: name,
    account_type_display_name: title,
    display_name: bridge.bridgeId,
    errors: [],
    warnings: [],
    custom_metadata: {},
    automatically_manage_new_devices: true,
    accepted_capabilities: ['lock'],
  };
};

/** A lock, drawn here: the bridge serves no pictures. */
const image =
  'data:image/svg+xml,%3Csvg%20xmlns=%22http://www.w3.org/2000/svg%22%20viewBox=%220%200%2016%2016%22%3E%3Cpath%20d=%22M5%207V5a3%203%200%200%201%206%200v2h1v7H4V7zm2%200h2V5a1%201%200%200%200-2%200z%22/%3E%3C/svg%3E';

/** The one provider of locks; its flags say what some lock of it may do. */
export const providerView = ({
  bridge,
  simulation,
}: AppParts): AnswerBody & { readonly provider_categories: readonly string[] } => {
  const { name, title } = providerOf(bridge.deviceType);
  const isSimulated = simulation !== undefined;
  return {
    device_provider_name: name,
    display_name: title,
    image_url: image,
    provider_categories: ['stable', 'consumer_smartlocks'],
    can_configure_auto_lock: true,
    can_program_offline_access_codes: false,
    can_program_online_access_codes: true,
    can_remotely_lock: true,
    can_remotely_unlock: true,
    can_unlock_with_code: true,
    can_simulate_connection: isSimulated,
    can_simulate_disconnection: isSimulated,
    can_simulate_hub_connection: isSimulated,
    can_simulate_hub_disconnection: isSimulated,
    can_simulate_paid_subscription: false,
    can_simulate_removal: isSimulated,
  };
};
