// Draws charts with uPlot, and says beside each in a table what it draws.

import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import { languageTag, moment, say } from './language';
import { element } from './page';
import type { Chart, Point } from './series';

const height = 200;
const colours = ['--line-1', '--line-2', '--line-3'];

// Charts that are shown now; those of a page that was replaced are let go.
let drawn: { readonly plot: uPlot; readonly place: HTMLElement }[] = [];

const sizes = new ResizeObserver(entries => {
  for (const { target, contentRect } of entries) drawn.find(chart => chart.place === target)?.plot.setSize({ width: Math.floor(contentRect.width), height });
});

/** Lets go of all charts. */
export function clear(): void {
  sizes.disconnect();
  for (const { plot } of drawn) plot.destroy();
  drawn = [];
}

/** A chart with its latest values, its picture and its table. */
export function figure(chart: Chart): HTMLElement {
  const place = element('div', { class: 'chart', role: 'img', 'aria-label': description(chart) });
  const latest = chart.lines.map(line => line.points.at(-1)!);
  const isOut = latest.some(point => point.isHigh || point.isLow);

  // uPlot measures its place, which must be in the page by then.
  queueMicrotask(() => {
    if (!place.isConnected) return;
    drawn.push({ plot: new uPlot(options(chart, place), data(chart), place), place });
    sizes.observe(place);
  });
  return element(
    'figure',
    {},
    element('figcaption', {}, element('span', { class: 'name' }, chart.name), ' ', element('span', { class: isOut ? 'latest out' : 'latest' }, `${latest.map(point => point.value).join('/')} ${chart.unit}${flag(latest)}`)),
    place,
    element('details', {}, element('summary', {}, `${say('values')}: ${chart.name}`), table(chart)),
  );
}

function description(chart: Chart): string {
  return chart.lines.map(line => `${line.name}: ${line.points.map(point => `${moment(point.at)} ${point.value} ${chart.unit}`).slice(-5).join(', ')}`).join('; ');
}

function flag(points: readonly Point[]): string {
  return points.some(point => point.isHigh) ? ` (${say('high')})` : points.some(point => point.isLow) ? ` (${say('low')})` : '';
}

function table(chart: Chart): HTMLElement {
  const names = chart.lines.map(line => line.name);
  const rows = [...Map.groupBy(chart.lines.flatMap((line, index) => line.points.map(point => ({ point, index }))), ({ point }) => point.at.getTime())].sort((left, right) => right[0] - left[0]);
  return element(
    'div',
    { class: 'wide', tabindex: '0', role: 'region', 'aria-label': chart.name },
    element(
      'table',
      {},
      element('thead', {}, element('tr', {}, element('th', { scope: 'col' }, say('date')), ...names.map(name => element('th', { scope: 'col' }, `${name} (${chart.unit})`)))),
      element(
        'tbody',
        {},
        ...rows.map(([at, points]) =>
          element('tr', {}, element('th', { scope: 'row' }, moment(new Date(at))), ...names.map((_, index) => {
            const own = points.find(point => point.index === index)?.point;
            return element('td', {}, own ? `${own.value}${flag([own])}` : '');
          })),
        ),
      ),
    ),
    chart.low !== undefined || chart.high !== undefined ? element('p', { class: 'hint' }, `${say('range')}: ${chart.low ?? ''}–${chart.high ?? ''} ${chart.unit}`) : null,
  );
}

function data(chart: Chart): uPlot.AlignedData {
  const times = [...new Set(chart.lines.flatMap(line => line.points.map(point => point.at.getTime() / 1000)))].sort((left, right) => left - right);
  return [times, ...chart.lines.map(line => {
    const values = new Map(line.points.map(point => [point.at.getTime() / 1000, point.value]));
    return times.map(time => values.get(time) ?? null);
  })] as uPlot.AlignedData;
}

function options(chart: Chart, place: HTMLElement): uPlot.Options {
  const style = getComputedStyle(place);
  const colour = (name: string): string => style.getPropertyValue(name).trim();
  const values = chart.lines.flatMap(line => line.points.map(point => point.value)).concat(chart.low ?? [], chart.high ?? []);
  const [least, most] = [Math.min(...values), Math.max(...values)];
  const margin = (most - least) * 0.1 || Math.abs(most) * 0.1 || 1;
  const times = chart.lines.flatMap(line => line.points.map(point => point.at.getTime() / 1000));
  const [first, last] = [Math.min(...times), Math.max(...times)];
  // One moment alone stands in the middle of two weeks; uPlot would draw years after it.
  const space = (last - first) * 0.05 || 7 * 86_400;
  const days = new Intl.DateTimeFormat(languageTag(), { year: '2-digit', month: '2-digit', day: '2-digit' });
  const axis = { stroke: colour('--soft'), grid: { stroke: colour('--grid'), width: 1 }, ticks: { stroke: colour('--grid'), width: 1 } };
  return {
    width: Math.max(200, Math.floor(place.clientWidth)),
    height,
    legend: { show: false },
    cursor: { show: false },
    scales: {
      x: { range: [first - space, last + space] },
      y: { range: [least - margin, most + margin] },
    },
    axes: [{ ...axis, space: 80, values: (_, splits) => splits.map(time => days.format(new Date(time * 1000))) }, { ...axis, size: 56 }],
    series: [{}, ...chart.lines.map((line, index) => ({
      label: line.name,
      stroke: colour(colours[index % colours.length]!),
      width: 2,
      spanGaps: true,
      points: { show: true, size: 7, fill: colour(colours[index % colours.length]!) },
    }))],
    hooks: {
      drawClear: [
        plot => {
          if (chart.low === undefined && chart.high === undefined) return;
          const top = plot.valToPos(chart.high ?? most + margin, 'y', true);
          const bottom = plot.valToPos(chart.low ?? least - margin, 'y', true);
          plot.ctx.fillStyle = colour('--range');
          plot.ctx.fillRect(plot.bbox.left, top, plot.bbox.width, bottom - top);
        },
      ],
    },
  };
}
