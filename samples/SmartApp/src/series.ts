// From Observations to lines: what was measured under one code over time, a blood pressure's parts in one chart.

import type { CodeableConcept, Observation, ObservationComponent, Quantity } from 'fhir/r4';
import { languageNow } from './language';

/** One measurement. */
export interface Point {
  readonly at: Date;
  readonly value: number;
  readonly isHigh: boolean;
  readonly isLow: boolean;
}

/** One line of a chart. */
export interface Line {
  readonly name: string;
  readonly points: readonly Point[];
}

/** A chart. */
export interface Chart {
  readonly name: string;
  readonly unit: string;
  readonly lines: readonly Line[];
  readonly low: number | undefined;
  readonly high: number | undefined;
}

/** A result that is no number. */
export interface Wording {
  readonly name: string;
  readonly at: Date | undefined;
  readonly text: string;
}

const loinc = 'http://loinc.org';

/** The name of a concept: its text in Chinese, the standard's name in English, if there are both. */
export function nameOf(concept: CodeableConcept | undefined): string {
  const standard = concept?.coding?.find(coding => coding.system === loinc && coding.display !== undefined)?.display;
  const displays = (concept?.coding ?? []).map(coding => coding.display ?? coding.code).filter(text => text !== undefined);
  return (languageNow() === 'en' ? (standard ?? concept?.text) : (concept?.text ?? standard)) ?? displays[0] ?? '?';
}

/** The charts of Observations, those with most measurements first. */
export function chartsOf(observations: readonly Observation[]): Chart[] {
  const groups = Map.groupBy(observations.filter(observation => dateOf(observation) !== undefined && hasNumber(observation)), observation => keyOf(observation.code));
  return [...groups.values()].map(chartOf).sort((left, right) => count(right) - count(left) || left.name.localeCompare(right.name));
}

/** Results that are no numbers, the latest first. */
export function wordingsOf(observations: readonly Observation[]): Wording[] {
  return observations
    .filter(observation => !hasNumber(observation))
    .map(observation => ({ name: nameOf(observation.code), at: dateOf(observation), text: observation.valueString ?? (observation.valueCodeableConcept ? nameOf(observation.valueCodeableConcept) : '?') }))
    .sort((left, right) => (right.at?.getTime() ?? 0) - (left.at?.getTime() ?? 0));
}

/** When something was observed. */
function dateOf(observation: Observation): Date | undefined {
  const text = observation.effectiveDateTime ?? observation.effectiveInstant ?? observation.effectivePeriod?.start ?? observation.issued;
  return text === undefined ? undefined : new Date(text);
}

// Hospitals code tests in their own way; what the exchange mapped them to brings them together.
function keyOf(concept: CodeableConcept): string {
  const coding = concept.coding?.find(coding => coding.system === loinc) ?? concept.coding?.[0];
  return coding ? `${coding.system}|${coding.code}` : (concept.text ?? '');
}

function hasNumber(observation: Observation): boolean {
  return observation.valueQuantity?.value !== undefined || (observation.component ?? []).some(component => component.valueQuantity?.value !== undefined);
}

function chartOf(group: readonly Observation[]): Chart {
  const first = group[0]!;
  const lines = new Map<string, { name: string; points: Point[] }>();
  let unit: string | undefined;
  const add = (part: Observation | ObservationComponent, quantity: Quantity | undefined, at: Date): void => {
    if (quantity?.value === undefined) return;
    unit ??= quantity.unit ?? quantity.code ?? '';
    const key = keyOf(part.code);
    const line = lines.get(key) ?? { name: nameOf(part.code), points: [] };
    lines.set(key, line);
    const codes = (part.interpretation ?? []).flatMap(concept => concept.coding ?? []).map(coding => coding.code ?? '');
    line.points.push({ at, value: quantity.value, isHigh: codes.some(code => /^H{1,2}$/.test(code)), isLow: codes.some(code => /^L{1,2}$/.test(code)) });
  };
  for (const observation of group) {
    const at = dateOf(observation)!;
    add(observation, observation.valueQuantity, at);
    for (const component of observation.component ?? []) add(component, component.valueQuantity, at);
  }

  for (const line of lines.values()) line.points.sort((left, right) => left.at.getTime() - right.at.getTime());
  const range = group.flatMap(observation => observation.referenceRange ?? [])[0];
  return { name: nameOf(first.code), unit: unit ?? '', lines: [...lines.values()], low: range?.low?.value, high: range?.high?.value };
}

function count(chart: Chart): number {
  return chart.lines.reduce((sum, line) => sum + line.points.length, 0);
}
