/** The files that `--write` generates from one run. */
import { scenarios } from '../scenarios.ts';
import { tableMarkdown } from '../table.ts';
import { mainChart, scaleChart } from './chart.ts';
import { type PageContents, page } from './page.ts';

/** @param scalingPage as it is: only what stands between its marks changes */
export function reportFiles(contents: PageContents, scalingPage: string): Readonly<Record<string, string>> {
  const { measured, machine } = contents;
  return {
    'benchmarks.md': page(contents),
    'scaling.md': withFigures(scalingPage, measured),
    'pictures/benchmarks.svg': mainChart(measured),
    'pictures/scaling.svg': scaleChart(measured, machine),
  };
}

/** Between `<!-- bench: NAME -->` and `<!-- /bench -->` stands that scenario's table. */
function withFigures(text: string, measured: PageContents['measured']): string {
  return text.replace(/(<!-- bench: (\w+) -->\n)[\s\S]*?(<!-- \/bench -->)/g, (_, start, name, end) => {
    const table = scenarioTable(measured, name);
    return `${start}\n${tableMarkdown(table)}\n\n${end}`;
  });
}

function scenarioTable(measured: PageContents['measured'], name: string) {
  const isKey = (text: string): text is keyof typeof scenarios => Object.hasOwn(scenarios, text);
  if (!isKey(name))
    throw new Error(`bench: expected one of ${Object.keys(scenarios).join(', ')}, got ${name}`);
  const table = <K extends keyof typeof scenarios>(key: K) => scenarios[key].table(measured[key]);
  return table(name);
}
