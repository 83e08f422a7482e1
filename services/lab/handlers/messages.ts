/**
 * The messages of the lab's virtual people, and the answers of the lab's own handlers. A numbered question is answered with
 * its number, so that answers can be matched, counted and ordered. A question that ends in an ellipsis takes a while to
 * answer, so that a killed worker is killed in the middle of its work.
 *
 * Tested by: test/lab/handlers/handlers.test.ts
 */
const questionShape = /^№ (\d{1,15})( …)?$/;
const answerShape = /^✓ (\d{1,15})$/;

export const poisonText = '☠ poison';
export const failingText = '☠ fail';

export function questionText(number: number, { slow = false }: { slow?: boolean } = {}): string {
  return `№ ${number}${slow ? ' …' : ''}`;
}

export function isSlow(question: string): boolean {
  return questionShape.exec(question)?.[2] !== undefined;
}

/** The number of a question; undefined for other texts. */
export function numberedQuestion(question: string): number | undefined {
  const number = questionShape.exec(question)?.[1];
  return number === undefined ? undefined : Number(number);
}

/** The answer to a numbered question; undefined for other texts. */
export function answerTo(question: string): string | undefined {
  const number = numberedQuestion(question);
  return number === undefined ? undefined : `✓ ${number}`;
}

/** The number of the question that a text answers; undefined for other texts. */
export function answeredNumber(answer: string): number | undefined {
  const number = answerShape.exec(answer)?.[1];
  return number === undefined ? undefined : Number(number);
}
