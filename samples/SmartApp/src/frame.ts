// What stands around the content: the heading and the choice of language.

import { languageNow, say, speak, type Language } from './language';
import { element, show } from './page';

const names: Readonly<Record<Language, string>> = { en: 'English', zh: '中文' };

/** Shows content, and shows it anew when another language is chosen. */
export function frame(content: () => readonly (HTMLElement | null)[]): void {
  const draw = (): void => show(`${say('title')} · FhirHub`, ...around(content(), draw));
  draw();
}

function around(content: readonly (HTMLElement | null)[], draw: () => void): HTMLElement[] {
  const choices = (Object.keys(names) as Language[]).map(language =>
    element(
      'button',
      {
        type: 'button',
        lang: language === 'en' ? 'en' : 'zh-CN',
        'aria-pressed': String(language === languageNow()),
        click: () => {
          speak(language);
          draw();
          document.querySelector<HTMLElement>('header [aria-pressed=true]')?.focus();
        },
      },
      names[language],
    ),
  );
  return [
    element('a', { class: 'skip', href: '#content' }, say('skip')),
    element('header', {}, element('p', { class: 'home' }, 'FhirHub'), element('div', { role: 'group', 'aria-label': say('language') }, ...choices)),
    element('main', { id: 'content', tabindex: '-1' }, element('h1', {}, say('title')), ...content),
  ];
}
