// The server that this app belongs to. It is served beside it, and no other is trusted with what the app asks.

/** The root of the server: the app lies one step below it. */
export const root = new URL('..', location.href);

/** The address of the app, which is its redirect URI. */
export const app = new URL('.', location.href).href;

/** The FHIR base, which is the `iss` of launches and the `aud` of authorization requests. */
export const fhirBase = new URL('fhir', root).href;

/** The DICOMweb root. */
export const dicomweb = new URL('dicomweb', root).href;

/** The client that the server makes for this app. */
export const clientId = 'smart-app';

/** What the app needs of the server's SMART configuration. */
export interface SmartConfiguration {
  readonly issuer?: string;
  readonly revocation_endpoint?: string;
}

/** Reads the server's SMART configuration. */
export async function readConfiguration(): Promise<SmartConfiguration> {
  const answer = await fetch(`${fhirBase}/.well-known/smart-configuration`);
  if (!answer.ok) throw new Error(`${answer.status} ${answer.statusText}`);
  return (await answer.json()) as SmartConfiguration;
}

/** The address that shows a study in the server's viewer. */
export function viewerOf(studyUid: string): string {
  return new URL(`viewer/viewer?StudyInstanceUIDs=${encodeURIComponent(studyUid)}`, root).href;
}
