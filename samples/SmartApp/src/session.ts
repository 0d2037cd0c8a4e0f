// From the address that the app was opened by to the client of a launch that is good, or to why there is none.

import type Client from 'fhirclient/lib/Client';
import type { Text } from './language';
import { readConfiguration } from './server';

/** How the app was opened. */
export type Session =
  | { readonly kind: 'none' }
  | { readonly kind: 'failed'; readonly text: Text; readonly detail: string }
  | { readonly kind: 'launched'; readonly client: Client };

// Where the official client keeps the key of the launch of this tab.
const stateKey = 'SMART_KEY';

/** Opens the session of this tab. */
export async function open(): Promise<Session> {
  const address = new URL(location.href);
  const given = (name: string): string => address.searchParams.get(name) ?? '';
  const state = given('state');
  const kept = read(sessionStorage.getItem(stateKey));
  if (state === '' && kept === undefined) return { kind: 'none' };

  // Anybody may send an address with an answer in it; one that this tab has not asked for is not heard.
  if (state !== '' && state !== kept) {
    clean(address);
    return { kind: 'failed', text: 'stale', detail: '' };
  }

  if (given('error') !== '') {
    clean(address);
    forget();
    return { kind: 'failed', text: given('error') === 'access_denied' ? 'denied' : 'authorizationFailed', detail: [given('error'), given('error_description')].filter(part => part !== '').join(': ') };
  }

  try {
    // Who answered must be who was asked (RFC 9207, 2.4), before the code is sent anywhere.
    if (given('code') !== '' && given('iss') !== '' && given('iss') !== (await readConfiguration()).issuer) {
      clean(address);
      forget();
      return { kind: 'failed', text: 'otherIssuer', detail: '' };
    }

    const client = await window.FHIR.oauth2.ready();
    clean(address);
    return client.state.tokenResponse?.access_token ? { kind: 'launched', client } : { kind: 'none' };
  } catch (failure) {
    clean(address);
    return { kind: 'failed', text: 'authorizationFailed', detail: failure instanceof Error ? failure.message : '' };
  }
}

/** Ends what was granted: the server forgets its tokens, and so does this tab. */
export async function end(client: Client): Promise<void> {
  const answer = client.state.tokenResponse;
  try {
    const revocation = (await readConfiguration()).revocation_endpoint;
    const token = answer?.refresh_token ?? answer?.access_token;
    if (revocation !== undefined && token !== undefined)
      await fetch(revocation, { method: 'POST', body: new URLSearchParams({ token, client_id: client.state.clientId ?? '' }) });
  } finally {
    forget();
  }
}

/** Forgets the launch of this tab. */
export function forget(): void {
  const key = read(sessionStorage.getItem(stateKey));
  if (key !== undefined) sessionStorage.removeItem(key);
  sessionStorage.removeItem(stateKey);
}

function read(text: string | null): string | undefined {
  if (text === null) return undefined;
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'string' ? value : undefined;
  } catch {
    return undefined;
  }
}

function clean(address: URL): void {
  history.replaceState(null, '', address.pathname);
}
