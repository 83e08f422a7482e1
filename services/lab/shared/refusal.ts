/** Why the lab refuses a request. A refused request changes nothing. */
import type { Text } from './text.ts';

export interface Refusal {
  readonly status: 400 | 404 | 409;
  readonly error: Text;
}
