/**
 * The charts of the timeline: updates per second, latency, heartbeat age against its limit.
 *
 * Each keeps the last ten minutes. The chart library comes from the lab's own packages; without it, or without samples
 * from an older lab, the page works without charts.
 *
 * Tested by: test/e2e/page.long.test.ts
 */
import { h, show } from './dom.js';
import { clockTime } from './views/clock-time.js';
import { eventTone } from './views/timeline.js';

const samplesKept = 600;
const heightPx = 130;
const windowMinSeconds = 60;
const colourNames = ['accent', 'good', 'warn', 'bad', 'violet', 'muted', 'line'];
/** Colours of the marked moments, by tone; the other tones are colour names themselves. */
const markColours = { quiet: 'muted', info: 'accent' };

const decimalSteps = [1, 10, 100, 1000, 1e4, 1e5, 1e6].flatMap((power) => [power, 2 * power, 5 * power]);

/**
 * `lines` map a sample (or the heartbeat's limit) to a number or null. The axis marks are one of `steps` apart, so that
 * `mark` can write each one exactly.
 */
const charts = [
  {
    id: 'rate',
    steps: decimalSteps,
    mark: (value, t) => t.number(value),
    lines: [{ colour: 'accent', area: true, of: ({ updatesPerSecond }) => updatesPerSecond }],
  },
  {
    id: 'latency',
    steps: decimalSteps,
    mark: (value, t) => (value === 0 ? '0' : t.milliseconds(value)),
    lines: [
      { colour: 'good', of: ({ latencyMs }) => latencyMs?.p50 ?? null },
      { colour: 'violet', of: ({ latencyMs }) => latencyMs?.p99 ?? null },
    ],
  },
  {
    id: 'heartbeat',
    steps: [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 1800, 3600, 7200, 21_600, 86_400],
    mark: (value, t) => (value === 0 ? '0' : t.exactDuration(value)),
    lines: [
      { colour: 'accent', area: true, of: ({ heartbeatAgeSeconds }) => heartbeatAgeSeconds },
      { colour: 'bad', dash: [5, 4], of: (_sample, { limitSeconds }) => limitSeconds },
    ],
  },
];

export class Charts {
  #place;
  #samples = [];
  #context = { t: undefined, limitSeconds: undefined, marks: [] };
  #plots = new Map();
  /** By name, in the present colour scheme. */
  #colours = {};
  #library;
  #shownAt = null;

  /** @param {HTMLElement} place */
  constructor(place) {
    this.#place = place;
    for (const name of ['(prefers-color-scheme: dark)', '(resolution: 1dppx)']) {
      matchMedia(name).addEventListener('change', () => this.#begin());
    }
    new ResizeObserver(() => this.#fit()).observe(place);
  }

  /** Replaces all samples, on a new connection. */
  reset(samples) {
    this.#samples = samples.slice(-samplesKept);
    this.#draw();
  }

  add(sample) {
    this.#samples.push(sample);
    if (this.#samples.length > samplesKept) this.#samples.shift();
    this.#draw();
  }

  /** Sets the language, the heartbeat's limit and the marked moments. */
  configure({ t, limitSeconds, audit }) {
    const marks = (audit ?? []).map(({ id, event }) => ({
      atSeconds: Number(id.split('-')[0]) / 1000,
      tone: eventTone(event),
    }));
    this.#context = { t, limitSeconds, marks };
    this.#draw();
  }

  async #begin() {
    try {
      this.#library ??= import('/vendor/uplot.js');
      const { default: Plot } = await this.#library;
      for (const plot of this.#plots.values()) plot.destroy();
      this.#plots.clear();
      this.#colours = readColours();
      const figures = charts.map(({ id }) =>
        h(
          'figure',
          { class: 'chart', 'data-chart': id },
          h('figcaption', {}, h('span', { class: 'name' }), h('span', { class: 'values' })),
          h('div', { class: 'plot', 'aria-hidden': 'true' }),
        ),
      );
      this.#place.replaceChildren(...figures);
      for (const chart of charts) this.#plots.set(chart.id, this.#plot(Plot, chart));
      this.#draw();
    } catch {
      this.#place.replaceChildren();
    }
  }

  #plot(Plot, { id, steps, mark, lines }) {
    const plot = this.#place.querySelector(`[data-chart="${id}"] .plot`);
    const axis = {
      stroke: this.#colours.muted,
      font: '11px system-ui, sans-serif',
      grid: { stroke: this.#colours.line, width: 1 },
      ticks: { show: false },
    };
    const options = {
      width: Math.max(120, plot.clientWidth),
      height: heightPx,
      legend: { show: false },
      cursor: { y: false, drag: { x: false, y: false }, points: { size: 7 }, sync: { key: 'control room' } },
      padding: [8, 26, 0, 0],
      scales: { x: { time: true }, y: { range: (_plot, _low, high) => [0, Math.max(1, high ?? 0) * 1.15] } },
      axes: [
        { ...axis, size: 24, space: 70, values: (_plot, times) => times.map((at) => clockTime(at * 1000)) },
        {
          ...axis,
          size: 44,
          space: 34,
          incrs: steps,
          values: (_plot, values) => values.map((value) => mark(value, this.#context.t)),
        },
      ],
      series: [{}, ...lines.map((line) => series(line, this.#colours))],
      hooks: {
        drawAxes: [(one) => this.#drawMarks(one)],
        setCursor: [({ cursor }) => this.#point(cursor.idx)],
      },
    };
    return new Plot(options, [[], ...lines.map(() => [])], plot);
  }

  #draw() {
    if (this.#samples.length === 0 || this.#context.t === undefined) return;
    if (this.#plots.size === 0) {
      if (this.#library === undefined) void this.#begin();
      return;
    }
    const times = this.#samples.map(({ atMs }) => atMs / 1000);
    const last = times[times.length - 1];
    const min = Math.min(times[0], last - windowMinSeconds);
    for (const { id, lines } of charts) {
      const plot = this.#plots.get(id);
      const data = lines.map(({ of }) => this.#samples.map((sample) => of(sample, this.#context) ?? null));
      plot.batch(() => {
        plot.setData([times, ...data], false);
        plot.setScale('x', { min, max: last });
      });
    }
    this.#write();
  }

  /** Audit events, as vertical lines behind the curves. */
  #drawMarks({ ctx, bbox, valToPos, scales }) {
    ctx.save();
    ctx.lineWidth = devicePixelRatio;
    for (const { atSeconds, tone } of this.#context.marks) {
      if (atSeconds < scales.x.min || atSeconds > scales.x.max) continue;
      const x = Math.round(valToPos(atSeconds, 'x', true));
      ctx.strokeStyle = this.#colours[markColours[tone] ?? tone];
      ctx.globalAlpha = 0.45;
      ctx.beginPath();
      ctx.moveTo(x, bbox.top);
      ctx.lineTo(x, bbox.top + bbox.height);
      ctx.stroke();
    }
    ctx.restore();
  }

  #point(index) {
    this.#shownAt = index;
    this.#write();
  }

  /** The newest values as text, or those under the pointer. */
  #write() {
    const { t, limitSeconds } = this.#context;
    const sample = this.#samples[this.#shownAt ?? this.#samples.length - 1];
    if (sample === undefined) return;
    for (const { id } of charts) {
      const figure = this.#place.querySelector(`[data-chart="${id}"]`);
      const [name, ...words] = t.timeline.charts[id];
      figure.querySelector('.name').textContent = name;
      const values = valuesOf(id, sample, { t, words, limitSeconds });
      show(
        figure.querySelector('.values'),
        values.map(([line, text]) => h('span', { 'data-line': line }, text)),
      );
    }
  }

  #fit() {
    for (const { id } of charts) {
      const plot = this.#plots.get(id);
      const width = plot?.root.parentElement.clientWidth;
      if (width > 0 && width !== plot.width) plot.setSize({ width, height: heightPx });
    }
  }
}

function series({ colour, area, dash }, colours) {
  const stroke = colours[colour];
  return {
    stroke,
    width: 1.75,
    spanGaps: false,
    points: { show: false },
    ...(dash ? { dash } : {}),
    ...(area ? { fill: withAlpha(stroke) } : {}),
  };
}

/** Pairs of a line's name and its text. */
function valuesOf(id, sample, { t, words, limitSeconds }) {
  const none = [['none', t.timeline.charts.none]];
  if (id === 'rate') return [['first', words[0](sample.updatesPerSecond ?? 0)]];
  if (id === 'latency') {
    const { latencyMs } = sample;
    if (!latencyMs) return none;
    return [
      ['median', `${words[0]} ${t.milliseconds(latencyMs.p50)}`],
      ['p99', `${words[1]} ${t.milliseconds(latencyMs.p99)}`],
    ];
  }
  const age = sample.heartbeatAgeSeconds;
  const limit = limitSeconds === undefined ? [] : [['limit', `${words[0]} ${t.duration(limitSeconds)}`]];
  return [...(age === null || age === undefined ? none : [['first', t.duration(age)]]), ...limit];
}

/** Resolves the style sheet's colour names for the canvas, which does not know them. */
function readColours() {
  const probe = document.createElement('span');
  document.body.append(probe);
  const colours = colourNames.map((name) => {
    probe.style.color = `var(--${name})`;
    return [name, getComputedStyle(probe).color];
  });
  probe.remove();
  return Object.fromEntries(colours);
}

function withAlpha(rgb) {
  return rgb.replace(/^rgb\((.*)\)$/, 'rgb($1, 0.14)');
}
