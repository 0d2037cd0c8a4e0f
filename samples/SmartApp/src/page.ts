// Elements of the page. Text is only ever set as text.

import { languageTag } from './language';

type Child = Node | string | null | undefined;
type Attributes = Readonly<Record<string, string | boolean | ((event: Event) => void) | undefined>>;

/** Makes an element; an attribute that is a function listens to the event of its name. */
export function element<K extends keyof HTMLElementTagNameMap>(tag: K, attributes: Attributes = {}, ...children: Child[]): HTMLElementTagNameMap[K] {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === 'function') made.addEventListener(name, value);
    else if (value === true) made.setAttribute(name, '');
    else if (typeof value === 'string') made.setAttribute(name, value);
  }

  for (const child of children) if (child != null) made.append(child);
  return made;
}

/** A term with what it says, for a list of them. */
export function entry(term: string, ...description: Child[]): HTMLElement {
  return element('div', {}, element('dt', {}, term), element('dd', {}, ...description));
}

/** A failure, which is read out when it appears. */
export function problem(text: string, ...more: Child[]): HTMLElement {
  return element('div', { class: 'problem', role: 'alert' }, element('p', {}, text), ...more);
}

/** Replaces what the page shows. */
export function show(title: string, ...content: Child[]): void {
  document.documentElement.lang = languageTag();
  document.title = title;
  document.body.replaceChildren(...content.filter((child): child is Node | string => child != null));
}
