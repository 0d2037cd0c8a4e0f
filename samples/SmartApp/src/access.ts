// About the access: who signed in, what was granted and what was not, and until when.

import type Client from 'fhirclient/lib/Client';
import { moment, say } from './language';
import { element, entry, problem } from './page';
import type { Granted } from './scopes';

/** The section about the access of a launch. */
export function about(client: Client, granted: Granted): HTMLElement {
  const answer = client.state.tokenResponse ?? {};
  const said = element('p', { role: 'status' });
  const until = element('span', {}, expiry(client));
  const renew = async (): Promise<void> => {
    try {
      await client.refresh();
      until.textContent = expiry(client);
      said.replaceChildren(say('renewed'));
    } catch {
      said.replaceChildren(problem(say('over'), element('a', { class: 'button', href: 'launch.html' }, say('again'))));
    }
  };
  return element(
    'section',
    { 'aria-labelledby': 'access' },
    element('h2', { id: 'access' }, say('access')),
    element(
      'dl',
      {},
      entry(say('user'), client.getFhirUser() ?? say('unknown')),
      entry(say('server'), client.state.serverUrl),
      entry(say('granted'), scopes(granted.names)),
      granted.refused.length === 0 ? element('div') : entry(say('refused'), scopes(granted.refused)),
      entry(say('until'), until, ' ', answer.refresh_token ? say('renews') : say('renewsNot')),
    ),
    answer.refresh_token ? element('button', { type: 'button', class: 'second', click: () => void renew() }, say('renew')) : null,
    said,
  );
}

function expiry(client: Client): string {
  return client.state.expiresAt ? moment(new Date(client.state.expiresAt * 1000)) : say('unknown');
}

function scopes(names: readonly string[]): HTMLElement {
  return element('ul', {}, ...names.map(name => element('li', {}, element('code', {}, decodeURIComponent(name)))));
}
