/** Why the lab does not do what it was asked for. Nothing was changed then. */
import type { Text } from './text.ts';

export interface Refusal {
  readonly status: 400 | 404 | 409;
  readonly error: Text;
}
