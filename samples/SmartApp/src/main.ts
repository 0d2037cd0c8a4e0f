// The app: opens the session of its launch, reads the records and shows them.

import 'fhirclient/build/fhir-client.pure.min.js';
import type Client from 'fhirclient/lib/Client';
import type { Observation } from 'fhir/r4';
import { about } from './access';
import { clear, figure } from './charts';
import { frame } from './frame';
import { article } from './imaging';
import { moment, say, type Text } from './language';
import { element, problem } from './page';
import { AccessEnded, read, type Records } from './records';
import { Granted } from './scopes';
import { chartsOf, wordingsOf } from './series';
import { root } from './server';
import { end, forget, open } from './session';
import { wear } from './style';
import { allergies, banner, medications, person, problems, section } from './summary';
import './app.css';

frame(() => [element('p', { role: 'status' }, say('loading'))]);
const session = await open();
if (session.kind === 'launched') await show(session.client);
else if (session.kind === 'failed') fail(session.text, session.detail);
else frame(() => [element('p', {}, say('startText')), element('p', {}, element('a', { class: 'button', href: 'launch.html' }, say('start')))]);

async function show(client: Client): Promise<void> {
  const answer = client.state.tokenResponse ?? {};
  const style = (answer as Record<string, unknown>)['smart_style_url'];
  if (typeof style === 'string') void wear(style);
  const granted = new Granted(answer.scope ?? '');
  const patient = client.patient.id;
  if (patient === null) return fail('noPatient', '');
  try {
    const records = await read(client, granted, patient);
    frame(() => content(client, granted, records));
  } catch (failure) {
    if (failure instanceof AccessEnded) {
      forget();
      return fail('over', '');
    }

    fail('unreachable', failure instanceof Error ? failure.message : '');
  }
}

function content(client: Client, granted: Granted, records: Records): (HTMLElement | null)[] {
  clear();
  const patient = records.patient.state === 'read' ? records.patient.found[0] : undefined;
  const encounter = records.encounter.state === 'read' ? records.encounter.found[0] : undefined;

  // An EHR that shows whose records these are says that the app need not (need_patient_banner).
  const needsBanner = client.state.tokenResponse?.need_patient_banner !== false;
  return [
    needsBanner && patient ? banner(patient) : null,
    element(
      'p',
      { class: 'actions' },
      element('button', { type: 'button', class: 'second', click: () => void show(client) }, say('reload')),
      ' ',
      element('button', { type: 'button', class: 'second', click: () => void leave(client) }, say('signOut')),
    ),
    granted.refused.length > 0 ? element('p', { class: 'notice', role: 'status' }, say('refusedNotice'), ' ', element('a', { href: '#access' }, say('access'))) : null,
    patient ? person(patient, encounter) : section('patient', records.patient, () => []),
    section('problems', records.conditions, problems),
    section('allergies', records.allergies, allergies),
    section('medications', records.medications, medications),
    section('vitalSigns', records.vitalSigns, measured),
    section('laboratory', records.laboratory, measured),
    section('imaging', records.imaging, studies => [...studies].sort((left, right) => (right.started ?? '').localeCompare(left.started ?? '')).map(study => article(client, study))),
    about(client, granted),
  ];
}

function measured(observations: readonly Observation[]): HTMLElement[] {
  const wordings = wordingsOf(observations);
  return [
    element('div', { class: 'charts' }, ...chartsOf(observations).map(figure)),
    ...(wordings.length === 0 ? [] : [
      element('h3', {}, say('otherResults')),
      element('ul', {}, ...wordings.map(wording => element('li', {}, `${wording.name}: ${wording.text} `, element('span', { class: 'hint' }, wording.at ? moment(wording.at) : '')))),
    ]),
  ];
}

async function leave(client: Client): Promise<void> {
  await end(client).catch(() => undefined);
  clear();
  frame(() => [
    element('p', { role: 'status' }, say('signedOut')),
    element('p', {}, say('signedOutHint'), ' ', element('a', { href: new URL('auth/account', root).href }, say('account'))),
    element('p', {}, element('a', { class: 'button', href: 'launch.html' }, say('again'))),
  ]);
}

function fail(text: Text, detail: string): void {
  clear();
  frame(() => [problem(say(text), detail === '' ? null : element('p', { class: 'hint' }, detail), element('a', { class: 'button', href: 'launch.html' }, say('again')))]);
}

