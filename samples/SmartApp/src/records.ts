// Reads the records of the patient: what is granted, each kind on its own, so that one that fails leaves the others.

import type Client from 'fhirclient/lib/Client';
import type { AllergyIntolerance, Bundle, Condition, Encounter, FhirResource, ImagingStudy, MedicationRequest, Observation, Patient } from 'fhir/r4';
import { category, type Granted } from './scopes';
import { fhirBase } from './server';

/** Records of one kind, or why there are none. */
export type Part<T> =
  | { readonly state: 'refused' }
  | { readonly state: 'failed'; readonly detail: string }
  | { readonly state: 'read'; readonly found: readonly T[]; readonly isWhole: boolean };

/** All that the app shows. */
export interface Records {
  readonly patient: Part<Patient>;
  readonly encounter: Part<Encounter>;
  readonly conditions: Part<Condition>;
  readonly allergies: Part<AllergyIntolerance>;
  readonly medications: Part<MedicationRequest>;
  readonly vitalSigns: Part<Observation>;
  readonly laboratory: Part<Observation>;
  readonly imaging: Part<ImagingStudy>;
}

const pageSize = 200;
const mostPages = 10;

/** Thrown when the access has ended. */
export class AccessEnded extends Error {}

/** Reads the records of a patient. */
export async function read(client: Client, granted: Granted, patient: string): Promise<Records> {
  const id = encodeURIComponent(patient);
  const encounter = client.encounter.id;
  const [person, visit, conditions, allergies, medications, vitalSigns, laboratory, imaging] = await Promise.all([
    part<Patient>(granted.reads('Patient'), () => one(client, `Patient/${id}`)),
    part<Encounter>(encounter !== null && granted.reads('Encounter'), () => one(client, `Encounter/${encodeURIComponent(encounter ?? '')}`)),
    part<Condition>(granted.reads('Condition'), () => search(client, `Condition?patient=${id}`)),
    part<AllergyIntolerance>(granted.reads('AllergyIntolerance'), () => search(client, `AllergyIntolerance?patient=${id}`)),
    part<MedicationRequest>(granted.reads('MedicationRequest'), () => search(client, `MedicationRequest?patient=${id}`)),
    part<Observation>(granted.reads('Observation', category.vitalSigns), () => search(client, observations(id, category.vitalSigns))),
    part<Observation>(granted.reads('Observation', category.laboratory), () => search(client, observations(id, category.laboratory))),
    part<ImagingStudy>(granted.reads('ImagingStudy'), () => search(client, `ImagingStudy?patient=${id}`)),
  ]);
  return { patient: person, encounter: visit, conditions, allergies, medications, vitalSigns, laboratory, imaging };
}

function observations(patient: string, ofCategory: string): string {
  return `Observation?patient=${patient}&category=${encodeURIComponent(ofCategory)}&_sort=-date`;
}

async function part<T>(isGranted: boolean, found: () => Promise<{ found: T[]; isWhole: boolean }>): Promise<Part<T>> {
  if (!isGranted) return { state: 'refused' };
  try {
    return { state: 'read', ...(await found()) };
  } catch (failure) {
    const status = (failure as { status?: number }).status;
    if (status === 401) throw new AccessEnded();
    return status === 403 ? { state: 'refused' } : { state: 'failed', detail: failure instanceof Error ? failure.message : '' };
  }
}

async function one<T extends FhirResource>(client: Client, address: string): Promise<{ found: T[]; isWhole: boolean }> {
  return { found: [await client.request<T>(address)], isWhole: true };
}

async function search<T extends FhirResource>(client: Client, query: string): Promise<{ found: T[]; isWhole: boolean }> {
  const found: T[] = [];
  let next: string | undefined = `${query}&_count=${pageSize}`;
  for (let pages = 0; next !== undefined && pages < mostPages; pages++) {
    const page: Bundle<T> = await client.request<Bundle<T>>(next);
    found.push(...(page.entry ?? []).filter(entry => entry.search?.mode !== 'outcome').flatMap(entry => entry.resource ?? []));
    next = page.link?.find(link => link.relation === 'next')?.url;

    // The client sends its token to whatever address it is told.
    if (next !== undefined && !next.startsWith(`${fhirBase}`)) throw new Error(new URL(next).host);
  }

  return { found, isWhole: next === undefined };
}
