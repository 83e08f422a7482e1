/** Panels of bars as one SVG, readable on dark and light pages. */

export interface Bar {
  readonly name: string;
  readonly value: number;
  readonly text: string;
}

export interface Panel {
  readonly title: string;
  readonly note: string;
  readonly bars: readonly Bar[];
  /** Each step of the axis is ten times the one before. */
  readonly isLogarithmic?: boolean;
}

/** Whether the bars of this name stand out. */
export type Highlighted = (name: string) => boolean;

const width = 840;
const margin = 16;
const panelsInRow = 2;
const panelWidth = (width - 3 * margin) / panelsInRow;
const nameWidth = 150;
const valueWidth = 74;
const barHeight = 16;
const barStep = 24;
const headHeight = 46;

export function barChart(panels: readonly Panel[], highlighted: Highlighted): string {
  const rows = Array.from({ length: Math.ceil(panels.length / panelsInRow) }, (_, row) =>
    panels.slice(row * panelsInRow, (row + 1) * panelsInRow),
  );
  const heights = rows.map((row) => headHeight + barStep * Math.max(...row.map(({ bars }) => bars.length)));
  const height = heights.reduce((sum, next) => sum + next + margin, margin);
  const drawn = rows.flatMap((row, line) =>
    row.map((panel, column) =>
      drawPanel(
        panel,
        {
          x: margin + column * (panelWidth + margin),
          y: margin + heights.slice(0, line).reduce((sum, next) => sum + next + margin, 0),
        },
        highlighted,
      ),
    ),
  );
  return `${[
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" font-family="system-ui, sans-serif" font-size="13" role="img" aria-label="${label(panels)}">`,
    style,
    ...drawn,
    '</svg>',
  ].join('\n')}\n`;
}

const style = `  <style>
    text { fill: #14212e; }
    .title { font-weight: 600; }
    .note { fill: #45545f; font-size: 11px; }
    .bar { fill: #8fa0af; }
    .ours { fill: #1f63ad; }
    .value.ours-text { fill: #14212e; font-weight: 600; }
    @media (prefers-color-scheme: dark) {
      text { fill: #eef3f7; } .note { fill: #b5c3cf; } .bar { fill: #6f8192; } .ours { fill: #5aa2ee; }
      .value.ours-text { fill: #eef3f7; }
    }
  </style>`;

function drawPanel(
  { title, note, bars, isLogarithmic }: Panel,
  at: { x: number; y: number },
  highlighted: Highlighted,
): string {
  const lengthMax = panelWidth - nameWidth - valueWidth;
  const scale = (value: number): number => (isLogarithmic ? Math.log10(Math.max(1, value)) : value);
  const most = Math.max(...bars.map(({ value }) => scale(value)), Number.MIN_VALUE);
  const lines = bars.map(({ name, value, text }, index) => {
    const y = at.y + headHeight + index * barStep;
    const length = Math.max(1, (scale(value) / most) * lengthMax).toFixed(1);
    const isOurs = highlighted(name);
    const barX = at.x + nameWidth;
    return [
      `  <text x="${at.x}" y="${y + 12}"${isOurs ? ' class="value ours-text"' : ''}>${xmlText(name)}</text>`,
      `  <rect class="${isOurs ? 'ours' : 'bar'}" x="${barX}" y="${y}" width="${length}" height="${barHeight}" rx="2" />`,
      `  <text class="value${isOurs ? ' ours-text' : ''}" x="${(barX + Number(length) + 6).toFixed(1)}" y="${y + 12}">${xmlText(text)}</text>`,
    ].join('\n');
  });
  return [
    `  <text class="title" x="${at.x}" y="${at.y + 14}">${xmlText(title)}</text>`,
    `  <text class="note" x="${at.x}" y="${at.y + 30}">${xmlText(note)}</text>`,
    ...lines,
  ].join('\n');
}

/** All figures as text, for screen readers. */
function label(panels: readonly Panel[]): string {
  const texts = panels.map(
    ({ title, bars }) => `${title}: ${bars.map(({ name, text }) => `${name} ${text}`).join(', ')}`,
  );
  return xmlText(texts.join('. '));
}

function xmlText(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}
