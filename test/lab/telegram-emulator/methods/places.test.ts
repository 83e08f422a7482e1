import { describe, expect, it } from 'vitest';
import { startRig } from '../emulator-fixture.ts';

const point = { latitude: 55.75, longitude: '37.62' };

describe('locations, venues and contacts', () => {
  it.each<[string, Record<string, unknown>, Record<string, unknown>]>([
    ['sendLocation', point, { location: { latitude: 55.75, longitude: 37.62 } }],
    [
      'sendLocation',
      { ...point, horizontal_accuracy: 10, live_period: 60, heading: 90, proximity_alert_radius: 5 },
      { location: { horizontal_accuracy: 10, live_period: 60, heading: 90, proximity_alert_radius: 5 } },
    ],
    ['sendLocation', { ...point, live_period: 2 ** 31 - 1 }, { location: { live_period: 2 ** 31 - 1 } }],
    [
      'sendVenue',
      { ...point, title: 'T', address: 'A', google_place_id: 'g', foursquare_id: 'f' },
      {
        location: { latitude: 55.75 },
        venue: { location: { longitude: 37.62 }, title: 'T', address: 'A', foursquare_id: 'f' },
      },
    ],
    [
      'sendContact',
      { phone_number: '+1', first_name: 'Anna', vcard: 'V' },
      { contact: { phone_number: '+1', first_name: 'Anna', vcard: 'V' } },
    ],
  ])('%s with %o', async (method, args, result) => {
    expect(await startRig().call(method, { chat_id: 7, ...args })).toMatchObject({ ok: true, result });
  });

  it.each<[string, Record<string, unknown>, string]>([
    ['sendLocation', {}, 'latitude is empty'],
    ['sendLocation', { latitude: 1, longitude: ' ' }, 'longitude is empty'],
    ['sendLocation', { latitude: 91, longitude: 0 }, 'invalid location specified'],
    ['sendLocation', { latitude: 0, longitude: 181, live_period: 60 }, 'invalid live location specified'],
    ['sendLocation', { ...point, live_period: 59 }, 'wrong live location period specified'],
    ['sendLocation', { ...point, live_period: 60, heading: 361 }, 'wrong live location heading specified'],
    [
      'sendLocation',
      { ...point, live_period: 60, proximity_alert_radius: 100_001 },
      'wrong live location proximity alert radius specified',
    ],
    ['sendVenue', { latitude: 91, longitude: 0 }, 'wrong venue location specified'],
    ['sendContact', { first_name: 'A' }, 'parameter "phone_number" is required'],
    ['sendContact', { phone_number: '1' }, 'parameter "first_name" is required'],
  ])('%s refuses %o', async (method, args, why) => {
    expect(await startRig().call(method, { chat_id: 7, ...args })).toEqual({
      ok: false,
      error_code: 400,
      description: `Bad Request: ${why}`,
    });
  });
});
