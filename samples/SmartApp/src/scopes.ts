// What the app asks for, and what of it was granted (SMART App Launch 2.2.0, scopes-and-launch-context.html).

const categories = 'http://terminology.hl7.org/CodeSystem/observation-category';

/** The categories of Observations that the app charts, as tokens for a search. */
export const category = { vitalSigns: `${categories}|vital-signs`, laboratory: `${categories}|laboratory` } as const;

const records = [
  'patient/Patient.rs',
  'patient/Encounter.rs',
  'patient/Condition.rs',
  'patient/AllergyIntolerance.rs',
  'patient/MedicationRequest.rs',
  `patient/Observation.rs?category=${category.vitalSigns}`,
  `patient/Observation.rs?category=${category.laboratory}`,
  'patient/ImagingStudy.rs',
];

const others = ['openid', 'fhirUser', 'offline_access'];

/** The scopes to ask for; an EHR's launch has its context with it, any other launch asks for a patient. */
export function requested(isFromEhr: boolean): string {
  return [isFromEhr ? 'launch' : 'launch/patient', ...others, ...records].join(' ');
}

interface Scope {
  readonly type: string;
  readonly letters: string;
  readonly constraint: string;
}

function parse(text: string): Scope | undefined {
  const found = /^(?:patient|user)\/([A-Za-z]+|\*)\.([cruds]+)(?:\?(.*))?$/.exec(text);
  return found ? { type: found[1]!, letters: found[2]!, constraint: decodeURIComponent(found[3] ?? '') } : undefined;
}

/** The scopes that came with a token. */
export class Granted {
  readonly names: readonly string[];
  readonly #scopes: readonly Scope[];

  constructor(text: string) {
    this.names = text.split(' ').filter(name => name.length > 0);
    this.#scopes = this.names.map(parse).filter((scope): scope is Scope => scope !== undefined);
  }

  /** Whether resources of a type may be read and searched, or those of one category; of a type that was granted in part, that part comes. */
  reads(type: string, ofCategory = ''): boolean {
    return this.#has(type, scope => ofCategory === '' || scope.constraint === '' || scope.constraint === `category=${ofCategory}`);
  }

  /** What was asked for and not granted. */
  get refused(): readonly string[] {
    return [...others, ...records].filter(name => {
      const scope = parse(name);
      return scope === undefined ? !this.names.includes(name) : !this.#has(scope.type, granted => granted.constraint === '' || granted.constraint === scope.constraint);
    });
  }

  #has(type: string, isEnough: (scope: Scope) => boolean): boolean {
    return ['r', 's'].every(letter => this.#scopes.some(scope => (scope.type === type || scope.type === '*') && scope.letters.includes(letter) && isEnough(scope)));
  }
}
