// Imaging: each study with pictures of its series from DICOMweb, which asks for the token as the FHIR API does, and a way into the viewer.

import type Client from 'fhirclient/lib/Client';
import type { ImagingStudy, ImagingStudySeries } from 'fhir/r4';
import { day, say } from './language';
import { element } from './page';
import { dicomweb, viewerOf } from './server';

const mostSeries = 6;

/** A study. */
export function article(client: Client, study: ImagingStudy): HTMLElement {
  const uid = study.identifier?.find(identifier => identifier.system === 'urn:dicom:uid')?.value?.replace(/^urn:oid:/, '') ?? '';
  const name = study.description ?? study.procedureCode?.[0]?.text ?? (study.modality ?? []).map(modality => modality.code).join(', ');
  const series = (study.series ?? []).filter(one => !['SR', 'SEG', 'PR', 'KO', 'DOC'].includes(one.modality.code ?? ''));
  return element(
    'article',
    {},
    element('h3', {}, name),
    element('p', { class: 'hint' }, `${day(study.started)} · ${(study.modality ?? []).map(modality => modality.code).join(', ')} · ${study.numberOfInstances ?? 0} ${say('images')}`),
    element('div', { class: 'pictures' }, ...series.slice(0, mostSeries).map(one => thumbnail(client, uid, one, name))),
    uid === '' ? null : element('p', {}, element('a', { href: viewerOf(uid), target: '_blank', rel: 'noopener' }, say('openViewer'), element('span', { class: 'hidden' }, `: ${name}`))),
  );
}

function thumbnail(client: Client, study: string, series: ImagingStudySeries, name: string): HTMLElement {
  const label = series.description ?? `${say('series')} ${series.number ?? ''}`;
  const button = element('button', { type: 'button', class: 'picture', 'aria-label': `${say('enlarge')}: ${name}, ${label}`, click: () => void enlarge(client, study, series, `${name}, ${label}`) });
  void picture(client, `${dicomweb}/studies/${study}/series/${series.uid}/thumbnail?viewport=160,160`, '').then(shown => button.append(shown));
  return button;
}

// The image in the middle shows most; whoever wants them all opens the viewer.
async function enlarge(client: Client, study: string, series: ImagingStudySeries, name: string): Promise<void> {
  const instances = series.instance ?? [];
  const instance = instances[Math.floor(instances.length / 2)]?.uid;
  const root = `${dicomweb}/studies/${study}/series/${series.uid}`;
  const shown = await picture(client, instance === undefined ? `${root}/thumbnail?viewport=512,512` : `${root}/instances/${instance}/rendered?viewport=1024,1024`, name);
  const dialog: HTMLDialogElement = element(
    'dialog',
    { 'aria-label': name, close: () => dialog.remove() },
    shown,
    element('form', { method: 'dialog' }, element('button', {}, say('close'))),
  );
  document.body.append(dialog);
  dialog.showModal();
}

// An img can't send a token, so the picture is fetched.
async function picture(client: Client, address: string, alt: string): Promise<HTMLElement> {
  try {
    await client.refreshIfNeeded();
    const answer = await fetch(address, { headers: { Accept: 'image/jpeg', Authorization: client.getAuthorizationHeader() ?? '' } });
    if (!answer.ok) return element('span', {}, say('noPicture'));
    const image = element('img', { alt });
    const source = URL.createObjectURL(await answer.blob());
    image.addEventListener('load', () => URL.revokeObjectURL(source), { once: true });
    image.src = source;
    return image;
  } catch {
    return element('span', {}, say('noPicture'));
  }
}
