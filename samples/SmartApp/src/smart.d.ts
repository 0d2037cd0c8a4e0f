// The official SMART client is loaded as its build for browsers, which leaves itself at window.FHIR.

declare module 'fhirclient/build/fhir-client.pure.min.js';

interface Window {
  readonly FHIR: typeof import('fhirclient/lib/entry/browser');
}
