/**
 * What the lab's virtual people write, and how the lab's own handlers answer: a numbered question is answered with its
 * number, so that answers can be matched, counted and put in order. One that ends in an ellipsis takes a while to
 * answer: so a worker that is killed is killed in the middle of its work.
 */
const questionShape = /^№ (\d{1,15})( …)?$/;
const answerShape = /^✓ (\d{1,15})$/;

export const poisonText = '☠ poison';

export function questionText(number: number, { slow = false }: { slow?: boolean } = {}): string {
  return `№ ${number}${slow ? ' …' : ''}`;
}

export function isSlow(question: string): boolean {
  return questionShape.exec(question)?.[2] !== undefined;
}

/** The number of a question; undefined when it is none of ours. */
export function numberedQuestion(question: string): number | undefined {
  const number = questionShape.exec(question)?.[1];
  return number === undefined ? undefined : Number(number);
}

/** The answer to a numbered question; undefined when it is none. */
export function answerTo(question: string): string | undefined {
  const number = numberedQuestion(question);
  return number === undefined ? undefined : `✓ ${number}`;
}

/** The number of the question that a text answers; undefined when it answers none. */
export function answeredNumber(answer: string): number | undefined {
  const number = answerShape.exec(answer)?.[1];
  return number === undefined ? undefined : Number(number);
}
