/**
 * What Telegram refuses when it processes a file, after the Bot API server has accepted the call.
 *
 * In an album the real server wraps the code: `Failed to send message #1 with the error message "…"`.
 *
 * Tested by: test/lab/telegram-emulator/methods/media.test.ts
 */
import { BotApiRefusal } from '../errors.ts';

const words = {
  WC_CONVERT_URL_INVALID: 'wrong HTTP URL specified',
  WEBPAGE_CURL_FAILED: 'failed to get HTTP URL content',
  'Wrong file identifier/HTTP URL specified': 'wrong file identifier/HTTP URL specified',
  IMAGE_PROCESS_FAILED: 'IMAGE_PROCESS_FAILED',
  PHOTO_INVALID_DIMENSIONS: 'PHOTO_INVALID_DIMENSIONS',
} as const;

export class SendFailure extends BotApiRefusal {
  readonly failure: keyof typeof words;

  constructor(failure: keyof typeof words) {
    super(400, `Bad Request: ${words[failure]}`);
    this.failure = failure;
  }

  /** As the refusal of a whole album; `place` counts from 1. */
  inAlbum(place: number): BotApiRefusal {
    const why = `failed to send message #${place} with the error message "${this.failure}"`;
    return new BotApiRefusal(400, `Bad Request: ${why}`);
  }
}
