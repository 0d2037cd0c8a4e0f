// The page that launches the app: alone, or from an EHR, which adds iss and launch to its address.

import 'fhirclient/build/fhir-client.pure.min.js';
import { frame } from './frame';
import { say, type Text } from './language';
import { element, problem } from './page';
import { requested } from './scopes';
import { app, clientId, fhirBase } from './server';
import './app.css';

const address = new URL(location.href);
const iss = address.searchParams.get('iss') ?? fhirBase;
const launch = address.searchParams.get('launch');

if (iss.replace(/\/$/, '') === fhirBase) await authorize();
else fail('otherServer');

async function authorize(): Promise<void> {
  frame(() => [element('p', { role: 'status' }, say('connecting'))]);

  // The client takes more from the address than SMART's launch has, such as another client_id or a made-up patient; an address that somebody
  // sends must not set these.
  history.replaceState(null, '', `?${new URLSearchParams(launch === null ? { iss: fhirBase } : { iss: fhirBase, launch })}`);
  try {
    await window.FHIR.oauth2.authorize({ clientId, scope: requested(launch !== null), redirectUri: app, pkceMode: 'required', completeInTarget: true });
  } catch {
    fail('unreachable');
  }
}

function fail(text: Text): void {
  frame(() => [problem(say(text), element('a', { class: 'button', href: 'launch.html' }, say('again')))]);
}
