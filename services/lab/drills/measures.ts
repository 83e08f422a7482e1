/** What drills and the tour measure: one name each, for programs, and what people read. */
import { amount, type Figure, type Text, type Unit } from '../shared/text.ts';

const count = 'count';

export const measureTable = {
  pauseMs: { unit: 'ms', label: { en: 'Longest pause in polling', ru: 'Дольше всего не опрашивали' } },
  slowestAnswerMs: { unit: 'ms', label: { en: 'Slowest answer', ru: 'Самый долгий ответ' } },
  sent: { unit: count, label: { en: 'Messages sent', ru: 'Отправлено сообщений' } },
  answered: { unit: count, label: { en: 'Answered', ru: 'Получили ответ' } },
  lost: { unit: count, label: { en: 'Lost', ru: 'Потеряно' } },
  takenByRogue: { unit: count, label: { en: 'Taken by the other program', ru: 'Забрала чужая программа' } },
  outOfOrder: { unit: count, label: { en: 'Out of order', ru: 'Не по порядку' } },
  repeated: { unit: count, label: { en: 'Answered again', ru: 'Повторных ответов' } },
  twoAtOnce: { unit: count, label: { en: 'Times that two polled at once', ru: 'Раз опрашивали двое' } },
  callsOnTheWay: {
    unit: count,
    label: { en: 'Calls that were on their way', ru: 'Вызовов, уже бывших в пути' },
  },
  conflicts: { unit: count, label: { en: 'Conflicts (409)', ru: 'Конфликтов (409)' } },
  wholeAgainMs: {
    unit: 'ms',
    label: { en: 'Leader and standby again after', ru: 'Снова лидер и резервный через' },
  },
  exitCode: { unit: count, label: { en: 'Exit code', ru: 'Код завершения' } },
  awakeAfterMs: { unit: 'ms', label: { en: 'Found its place after', ru: 'Нашёл своё место через' } },
  standsByAfterMs: { unit: 'ms', label: { en: 'Stands by after', ru: 'Стал резервным через' } },
  alertAfterMs: { unit: 'ms', label: { en: 'Superadmins told after', ru: 'Суперадмины узнали через' } },
  toldAgoSeconds: {
    unit: 's',
    label: { en: 'Told before (once in half an hour)', ru: 'Уже сообщено (раз в полчаса), назад' },
  },
  repairedAfterMs: {
    unit: 'ms',
    label: { en: 'Answers again after the tap', ru: 'Отвечает после касания через' },
  },
  alarmAfterMs: { unit: 'ms', label: { en: 'Alarm at SNS after', ru: 'Тревога в SNS через' } },
  okAfterMs: { unit: 'ms', label: { en: '“OK” at SNS after', ru: '«Всё в порядке» в SNS через' } },
  refusedPolls: { unit: count, label: { en: 'Polls refused', ru: 'Отказов в опросе' } },
  shortestWaitMs: {
    unit: 'ms',
    label: { en: 'Shortest wait after one', ru: 'Самое короткое ожидание после отказа' },
  },
  gaveUpAfterMs: { unit: 'ms', label: { en: 'Gave the call up after', ru: 'Бросил вызов через' } },
  deaths: { unit: count, label: { en: 'Processes it killed', ru: 'Убито процессов' } },
  setAsideAfterMs: { unit: 'ms', label: { en: 'Put aside after', ru: 'Отложено через' } },
  inJournal: { unit: count, label: { en: 'In the journal when wiped', ru: 'В журнале при очистке' } },
} as const satisfies Record<string, { unit: Unit; label: Text }>;

export type MeasureId = keyof typeof measureTable;
export type Measures = Partial<Record<MeasureId, number>>;

export function figuresOf(measures: Measures): readonly Figure[] {
  return Object.entries(measures).map(([id, value]) => {
    const { label, unit } = measureTable[id as MeasureId];
    return { id, label, amount: value, value: amount(value, unit) };
  });
}
