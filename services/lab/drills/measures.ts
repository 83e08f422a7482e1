/** What drills and the tour measure: a stable name for programs, and a label for people. */
import { amount, type Figure, type Text, text, type Unit } from '../shared/text.ts';

interface Measure {
  readonly unit: Unit;
  readonly label: Text;
}

export const measureTable = {
  pauseMs: measure('ms', 'Longest pause in polling', 'Самая долгая пауза в поллинге'),
  slowestAnswerMs: measure('ms', 'Slowest answer', 'Самый долгий ответ'),
  sent: measure('count', 'Messages sent', 'Отправлено сообщений'),
  answered: measure('count', 'Answered', 'Получили ответ'),
  lost: measure('count', 'Lost', 'Потеряно'),
  takenByRogue: measure('count', 'Taken by the other program', 'Забрала другая программа'),
  outOfOrder: measure('count', 'Out of order', 'Не по порядку'),
  repeated: measure('count', 'Answered again', 'Повторных ответов'),
  twoAtOnce: measure('count', 'Times two polled at once', 'Поллинг вели двое, раз'),
  callsOnTheWay: measure('count', 'Late calls of woken workers', 'Запоздалых вызовов проснувшихся'),
  conflicts: measure('count', 'Conflicts (409)', 'Конфликтов (409)'),
  wholeAgainMs: measure('ms', 'Leader and standby again after', 'Снова лидер и резервный через'),
  exitCode: measure('count', 'Exit code', 'Код завершения'),
  awakeAfterMs: measure('ms', 'Healthy again after', 'Снова отвечает через'),
  standsByAfterMs: measure('ms', 'Stands by after', 'Стал резервным через'),
  alertAfterMs: measure('ms', 'Superadmins alerted after', 'Суперадмины узнали через'),
  toldAgoSeconds: measure(
    's',
    'Already alerted (at most once in half an hour), ago',
    'Уже сообщено (не чаще раза в полчаса), назад',
  ),
  repairedAfterMs: measure('ms', 'Answers again after the tap', 'Отвечает после касания через'),
  alarmAfterMs: measure('ms', 'Alarm at SNS after', 'Тревога в SNS через'),
  okAfterMs: measure('ms', 'All-clear at SNS after', 'Отбой в SNS через'),
  refusedPolls: measure('count', 'Polls refused', 'Отказов в поллинге'),
  shortestWaitMs: measure('ms', 'Shortest wait after a refusal', 'Самое короткое ожидание после отказа'),
  gaveUpAfterMs: measure('ms', 'Abandoned the call after', 'Бросил запрос через'),
  deaths: measure('count', 'Processes it killed', 'Убито процессов'),
  noticedAfterMs: measure('ms', 'Verdict after', 'Вердикт через'),
  failedUpdates: measure('count', 'Messages that failed', 'Сообщений с ошибкой'),
  setAsideAfterMs: measure('ms', 'Dead letter after', 'Отложено через'),
  consumersAgainMs: measure('ms', 'All consumers again after', 'Снова все консьюмеры через'),
  deliveredAgain: measure('count', 'Messages delivered again', 'Выдано повторно'),
  deliveredAgainAfterMs: measure('ms', 'Delivered again after', 'Выдано снова через'),
  waitedInJournal: measure('count', 'Waited in the journal', 'Ждали в журнале'),
  inJournal: measure('count', 'In the journal when wiped', 'В журнале при очистке'),
} as const satisfies Record<string, Measure>;

export type MeasureId = keyof typeof measureTable;
export type Measures = Partial<Record<MeasureId, number>>;

export function figuresOf(measures: Measures): readonly Figure[] {
  return Object.entries(measures).map(([id, value]) => {
    const { label, unit } = measureTable[id as MeasureId];
    return { id, label, amount: value, value: amount(value, unit) };
  });
}

function measure(unit: Unit, en: string, ru: string): Measure {
  return { unit, label: text(en, ru) };
}
