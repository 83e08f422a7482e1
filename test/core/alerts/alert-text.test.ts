import { describe, expect, it } from 'vitest';
import { type Alert, alertMessage } from '../../../services/core/alerts/alert-text.ts';
import { warningKinds } from '../../../services/core/alerts/warnings.ts';
import { causes } from '../../../services/core/outage/diagnosis.ts';
import { locales } from '../../../services/core/platform/locale.ts';
import { noTaskRunning as diagnosis } from './diagnosis-fixture.ts';

const open = {
  silentMs: 7 * 60_000 + 5000,
  diagnosis,
  noSuperadmins: false,
  unreachable: [],
} as const;
const down = { event: 'down', ...open, unstable: null } as const;
const unstable = { sinceMs: Date.UTC(2026, 2, 1, 3, 10), outages: 3 };
const recovered = {
  event: 'recovered',
  sinceMs: Date.UTC(2026, 2, 1, 3, 10),
  recoveredMs: Date.UTC(2026, 2, 1, 3, 22),
  unstable: null,
} as const;
const noise = 'x\n| '.repeat(3000);
const noisyParams = { host: noise, count: 3, total: 12, holder: noise, who: noise, why: noise };

const inRussian = (alert: Alert) => alertMessage(alert, { locale: 'ru', possibleRepeat: false });
const inEnglish = (alert: Alert) => alertMessage(alert, { locale: 'en', possibleRepeat: false });

describe('an outage alert', () => {
  it('says in Russian how long, why, who polled last, what waits, what ECS runs and what to do', () => {
    const { title, text, priority, subject } = inRussian(down);
    expect(title).toBe('🔴 Бот молчит 7 мин');
    expect(priority).toBe('URGENT');
    expect(subject).toBe('StaffProBot is down');
    expect(text.split('\n')).toEqual([
      'Причина: в ECS не запущено ни одной задачи',
      'Последним поллил: ip-10-0-1-5, pid 7, production',
      'Ждут ответа: 12',
      'Запущено задач: 0 из 1; последняя остановилась: OutOfMemoryError; bot: exit 137',
      'Что делать: выясните, почему остановилась последняя, и перезапустите',
    ]);
  });

  it('says the same in English', () => {
    const { title, text } = inEnglish(down);
    expect(title).toBe('🔴 The bot has been silent for 7 min');
    expect(text.split('\n')).toEqual([
      'Cause: no ECS task is running',
      'Last polled by: ip-10-0-1-5, pid 7, production',
      'Waiting updates: 12',
      'Tasks running: 0 of 1; the last one stopped: OutOfMemoryError; bot: exit 137',
      'Next step: find out why the last one stopped, then restart',
    ]);
  });

  it('tells the topic if no superadmins are configured', () => {
    for (const locale of locales) {
      const { text } = alertMessage({ ...down, noSuperadmins: true }, { locale, possibleRepeat: false });
      expect(text.split('\n').at(-1)).toContain('SUPERADMIN_TELEGRAM_IDS');
    }
  });

  it.each(locales.flatMap((locale) => causes.map((cause) => [locale, cause] as const)))(
    'fits a phone and differs for each cause: %s, %s',
    (locale, cause) => {
      const long = {
        ...diagnosis,
        lastError: noise,
        ecs: { kind: 'known', desired: 1, running: 0, deploying: false, lastStopReason: noise },
      } as const;
      const textOf = (one: (typeof causes)[number]) =>
        alertMessage({ ...down, diagnosis: { ...long, cause: one } }, { locale, possibleRepeat: false }).text;
      expect(textOf(cause).length).toBeLessThan(700);
      expect(causes.filter((other) => other !== cause).map(textOf)).not.toContain(textOf(cause));
    },
  );
});

describe('a reminder', () => {
  it('says that the bot is still silent and for how long', () => {
    expect(inRussian({ ...down, event: 'reminder' })).toMatchObject({
      title: '🔴 Бот всё ещё молчит, уже 7 мин',
      subject: 'StaffProBot is still down',
    });
    expect(inEnglish({ ...down, event: 'reminder' }).title).toBe('🔴 The bot is still silent after 7 min');
  });
});

describe('a recovery', () => {
  it('says how long the bot was down, from when to when', () => {
    expect(inRussian(recovered)).toEqual({
      title: '🟢 Бот снова работает',
      text: 'Простой 12 мин: с 03:10 до 03:22 UTC',
      priority: 'NORMAL',
      subject: 'StaffProBot works again',
    });
    expect(inEnglish(recovered).text).toBe('It was down for 12 min: from 03:10 to 03:22 UTC');
  });
});

describe('an unstable time', () => {
  it('says how often and since when, what is true now, and when the next message comes', () => {
    const { title, text, priority } = inEnglish({ event: 'unstable', unstable, open });
    expect(title).toBe('🟠 The bot is unstable: 3 outages since 03:10 UTC');
    expect(priority).toBe('URGENT');
    const lines = text.split('\n');
    expect(lines.slice(0, 2)).toEqual(['It has been silent for 7 min', 'Cause: no ECS task is running']);
    expect(lines.at(-1)).toMatch(/^Next message: when it has worked for 15 minutes on end/);
    expect(inRussian({ event: 'unstable', unstable, open: null })).toMatchObject({
      title: '🟠 Бот работает с перебоями: сбоев с 03:10 UTC — 3',
      text: expect.stringMatching(/^Сейчас бот работает\nСледующее сообщение придёт, /),
    });
  });

  it('is named in the alert that it is down for good, and in the one that it works', () => {
    expect(inRussian({ ...down, unstable }).text).toMatch(/^Перебои с 03:10 UTC, сбоев: 3\nПричина: /);
    expect(
      inEnglish({ ...recovered, unstable })
        .text.split('\n')
        .slice(1),
    ).toEqual(['Unstable since 03:10 UTC, outages: 3', expect.stringMatching(/^Next message: /)]);
  });

  it('ends with how many outages there were, from when to when', () => {
    const stable = { event: 'stable', unstable, recoveredMs: Date.UTC(2026, 2, 1, 4, 5) } as const;
    expect(inRussian(stable)).toMatchObject({
      title: '🟢 Бот снова работает стабильно',
      text: 'Сбоев: 3, с 03:10 до 04:05 UTC',
    });
    expect(inEnglish(stable)).toMatchObject({
      title: '🟢 The bot is stable again',
      text: 'Outages: 3, from 03:10 to 04:05 UTC',
    });
  });
});

describe('someone is on it', () => {
  it('names whom the link was sent to, which is all that is known', () => {
    const alert = { event: 'acknowledged', by: 'the link sent to 101' } as const;
    expect(inEnglish(alert).text.split('\n')[0]).toBe('“I’m on it” was tapped under the alert sent to 101');
    expect(inRussian(alert)).toMatchObject({
      title: '🙋 Сбоем уже занимаются',
      text: 'Нажали «Занимаюсь» под оповещением, отправленным 101\nНапоминаний об этом сбое больше не будет',
    });
  });
});

describe('recipients who cannot be reached', () => {
  it('are named to the others', () => {
    const alert = { ...down, unreachable: ['103', '104'] } as const;
    expect(inEnglish(alert).text).toContain('\nNot reached in Telegram: 103, 104');
    expect(inRussian(alert).text).toContain('\nНе получают сообщений в Telegram: 103, 104');
    expect(inEnglish(down).text).not.toContain('Not reached');
  });
});

describe('a warning', () => {
  const warning = (kind: (typeof warningKinds)[number], params = {}) =>
    ({ event: 'warning', kind, params }) as const;

  it('about dead letters says how many are new, how many there are and what to do', () => {
    const dead = warning('dead-letters', { count: 2, total: 5 });
    expect(inEnglish(dead)).toEqual({
      title: '🟠 Updates given up: 2',
      text: 'Three attempts failed; given up in total: 5\nNext step: find the handler’s error in the worker’s log',
      priority: 'NORMAL',
      subject: 'StaffProBot: updates were given up',
    });
    expect(inRussian(dead)).toMatchObject({
      title: '🟠 Не удалось обработать сообщений: 2',
      text: 'Три попытки не удались; всего не обработано: 5\nЧто делать: найдите ошибку обработчика в логе воркера',
    });
  });

  it('about a broken lock says how often only if it was more than once', () => {
    const text = (count: number) =>
      inEnglish(warning('lock-broken', { who: 'anna', why: 'hung', count })).text;
    expect(text(1)).toBe('By: anna\nWhy: hung\nNext step: if this was not agreed on, read the audit trail');
    expect(text(3)).toContain('Times: 3');
  });

  it('about what a link did gives no outage’s id as the reason', () => {
    const params = { event: 'restarted', who: 'the link sent to 101', why: 'one-tap link of outage-0a1b' };
    expect(inEnglish(warning('manual-action', params)).text).toContain('Why: a button under the alert\n');
    const { text } = inRussian(warning('manual-action', params));
    expect(text).toContain('Кто: ссылка, отправленная 101\nПочему: кнопка под оповещением\n');
  });

  it.each(locales.flatMap((locale) => warningKinds.map((kind) => [locale, kind] as const)))(
    'fits a phone and ends with what to do, whatever its parameters are: %s, %s',
    (locale, kind) => {
      const options = { locale, possibleRepeat: false };
      const { title, text } = alertMessage(warning(kind, noisyParams), options);
      expect(title.length).toBeLessThan(60);
      expect(text.length).toBeLessThan(700);
      expect(text.split('\n').at(-1)).toMatch(/^(Что делать|Next step): /);
      expect(alertMessage(warning(kind), options).text).not.toMatch(/undefined|: \n/);
    },
  );
});

describe('every alert', () => {
  const all: readonly Alert[] = [
    down,
    { ...down, event: 'reminder' },
    recovered,
    { event: 'unstable', unstable, open },
    { event: 'unstable', unstable, open: null },
    { event: 'stable', unstable, recoveredMs: recovered.recoveredMs },
    { event: 'acknowledged', by: 'the link sent to 101' },
    ...warningKinds.map((kind) => ({ event: 'warning', kind, params: {} }) as const),
  ];

  it.each(all)('marks a possible repeat in its title: %j', (alert) => {
    for (const locale of locales) {
      const { title } = alertMessage(alert, { locale, possibleRepeat: false });
      const mark = locale === 'ru' ? '(возможен повтор)' : '(possible repeat)';
      expect(alertMessage(alert, { locale, possibleRepeat: true }).title).toBe(`${title} ${mark}`);
    }
  });

  it.each(all)('has an ASCII subject for the topic: %j', (alert) => {
    expect(inRussian(alert).subject).toMatch(/^[ -~]{1,100}$/);
  });
});
