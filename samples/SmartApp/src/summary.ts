// The summary: the patient, and lists of problems, allergies and medications.

import type { AllergyIntolerance, Condition, Encounter, Identifier, MedicationRequest, Patient } from 'fhir/r4';
import { day, languageNow, say, type Text } from './language';
import { element, entry, problem } from './page';
import type { Part } from './records';
import { nameOf } from './series';

/** The banner that says whose records these are. */
export function banner(patient: Patient): HTMLElement {
  return element(
    'section',
    { class: 'banner', 'aria-label': say('patient') },
    element('p', {}, element('strong', { class: 'patient' }, patientName(patient)), ' ', `${sex(patient)} · ${born(patient)}`),
  );
}

/** Who the patient is. */
export function person(patient: Patient, encounter: Encounter | undefined): HTMLElement {
  return element(
    'section',
    { 'aria-labelledby': 'patient' },
    element('h2', { id: 'patient' }, patientName(patient)),
    element(
      'dl',
      {},
      entry(say('sex'), sex(patient)),
      entry(say('born'), born(patient)),
      entry(say('identifiers'), element('ul', {}, ...(patient.identifier ?? []).map(identifier => element('li', {}, element('code', {}, identifier.value ?? ''), ` ${kindOf(identifier)}`)))),
      encounter === undefined ? element('div') : entry(say('encounter'), `${day(encounter.period?.start)} ${encounter.serviceProvider?.display ?? ''} ${nameOf(encounter.reasonCode?.[0])}`),
    ),
  );
}

/** A section of the page with what was read for it, or a word about why there is nothing. */
export function section<T>(title: Text, part: Part<T>, content: (found: readonly T[]) => readonly HTMLElement[]): HTMLElement {
  const id = `section-${title}`;
  const body = part.state === 'refused' ? [element('p', { class: 'notice' }, say('refusedPart'))]
    : part.state === 'failed' ? [problem(say('failedPart'), element('p', { class: 'hint' }, part.detail))]
      : part.found.length === 0 ? [element('p', {}, say('none'))]
        : [...content(part.found), part.isWhole ? null : element('p', { class: 'notice' }, say('more'))];
  return element('section', { 'aria-labelledby': id, id: title }, element('h2', { id }, say(title)), ...body);
}

/** Problems, those that last first. */
export function problems(conditions: readonly Condition[]): HTMLElement[] {
  const isOver = (condition: Condition): boolean => condition.abatementDateTime !== undefined || (condition.clinicalStatus?.coding ?? []).some(coding => coding.code === 'resolved' || coding.code === 'inactive');
  return list([...conditions].sort((left, right) => Number(isOver(left)) - Number(isOver(right)) || (right.onsetDateTime ?? '').localeCompare(left.onsetDateTime ?? '')), condition =>
    [nameOf(condition.code), `${say('since')} ${day(condition.onsetDateTime ?? condition.recordedDate)}${isOver(condition) ? `, ${say('ended')} ${day(condition.abatementDateTime)}` : ''}`]);
}

/** Allergies. */
export function allergies(found: readonly AllergyIntolerance[]): HTMLElement[] {
  return list(found, allergy => [nameOf(allergy.code), (allergy.reaction ?? []).flatMap(reaction => reaction.manifestation).map(nameOf).join(', ')]);
}

/** Medications, the latest first. */
export function medications(found: readonly MedicationRequest[]): HTMLElement[] {
  return list([...found].sort((left, right) => (right.authoredOn ?? '').localeCompare(left.authoredOn ?? '')), request =>
    [request.medicationCodeableConcept ? nameOf(request.medicationCodeableConcept) : (request.medicationReference?.display ?? '?'), [day(request.authoredOn), request.dosageInstruction?.[0]?.text ?? ''].filter(text => text !== '').join(' · ')]);
}

function list<T>(found: readonly T[], text: (one: T) => readonly [string, string]): HTMLElement[] {
  return [element('ul', {}, ...found.map(one => {
    const [name, hint] = text(one);
    return element('li', {}, name, ' ', element('span', { class: 'hint' }, hint));
  }))];
}

function patientName(patient: Patient): string {
  const names = (patient.name ?? []).map(name => name.text ?? `${name.family ?? ''} ${(name.given ?? []).join(' ')}`.trim());
  return (languageNow() === 'zh' ? names[0] : [names[0], names[1]].filter(name => name !== undefined).join(' · ')) ?? '?';
}

function sex(patient: Patient): string {
  return say(patient.gender ?? 'unknown');
}

function born(patient: Patient): string {
  if (patient.birthDate === undefined) return say('unknown');
  const [now, then] = [new Date(), new Date(patient.birthDate)];
  const years = now.getFullYear() - then.getUTCFullYear() - (now.getMonth() < then.getUTCMonth() || (now.getMonth() === then.getUTCMonth() && now.getDate() < then.getUTCDate()) ? 1 : 0);
  return `${day(patient.birthDate)} (${years} ${say('years')})`;
}

function kindOf(identifier: Identifier): string {
  return [identifier.type?.text ?? identifier.type?.coding?.[0]?.display ?? identifier.system?.split('/').at(-1) ?? '', identifier.assigner?.display ?? ''].filter(text => text !== '').join(', ');
}
