/**
 * Locations, venues and contacts.
 * Source: td's `process_input_message_location`, `Venue.cpp`.
 */
import type { Arguments } from '../arguments.ts';
import { badRequest } from '../errors.ts';
import type { MessageContent } from '../messages.ts';
import { sendMessage } from '../send.ts';
import type { MethodGroup } from './method.ts';

/** Until it is stopped. */
const foreverSeconds = 2 ** 31 - 1;
const livePeriodsSeconds = { min: 60, max: 86_400 };
const headingMax = 360;
const radiusMaxMetres = 100_000;

export const placeMethods: MethodGroup = {
  sendLocation: (call) => sendMessage(call, { location: readLocation(call.args) }),
  sendVenue(call) {
    const { args } = call;
    const location = readPoint(args);
    if (location === undefined) throw badRequest('wrong venue location specified');
    const venue = { location, title: args.text('title'), address: args.text('address'), ...provider(args) };
    return sendMessage(call, { location, venue });
  },
  sendContact(call) {
    const { args } = call;
    const [phone_number, first_name] = [required(args, 'phone_number'), required(args, 'first_name')];
    const contact = { phone_number, first_name, ...given(args, ['last_name', 'vcard']) };
    return sendMessage(call, { contact });
  },
};

function readLocation(args: Arguments): MessageContent {
  const point = readPoint(args);
  const live_period = args.integer('live_period', { absent: 0 });
  if (live_period === 0) {
    if (point === undefined) throw badRequest('invalid location specified');
    return point;
  }
  if (point === undefined) throw badRequest('invalid live location specified');
  const { min, max } = livePeriodsSeconds;
  if (live_period !== foreverSeconds && (live_period < min || live_period > max)) {
    throw badRequest('wrong live location period specified');
  }
  const heading = args.integer('heading', { absent: 0 });
  if (heading < 0 || heading > headingMax) throw badRequest('wrong live location heading specified');
  const proximity_alert_radius = args.integer('proximity_alert_radius', { absent: 0 });
  if (proximity_alert_radius < 0 || proximity_alert_radius > radiusMaxMetres) {
    throw badRequest('wrong live location proximity alert radius specified');
  }
  const extras = Object.entries({ heading, proximity_alert_radius }).filter(([, value]) => value > 0);
  return { ...point, live_period, ...Object.fromEntries(extras) };
}

/** Undefined for a point that is not on the Earth. */
function readPoint(args: Arguments): MessageContent | undefined {
  const number = (name: string): number => Number.parseFloat(args.text(name)) || 0;
  for (const name of ['latitude', 'longitude']) {
    if (args.text(name).trim() === '') throw badRequest(`${name} is empty`);
  }
  const [latitude, longitude] = [number('latitude'), number('longitude')];
  if (!(Math.abs(latitude) <= 90 && Math.abs(longitude) <= 180)) return undefined;
  const horizontal_accuracy = number('horizontal_accuracy');
  return { latitude, longitude, ...(horizontal_accuracy > 0 ? { horizontal_accuracy } : {}) };
}

function provider(args: Arguments): MessageContent {
  const foursquare = given(args, ['foursquare_id', 'foursquare_type']);
  return Object.keys(foursquare).length > 0
    ? foursquare
    : given(args, ['google_place_id', 'google_place_type']);
}

function given(args: Arguments, names: readonly string[]): MessageContent {
  return Object.fromEntries(names.map((name) => [name, args.text(name)]).filter(([, text]) => text !== ''));
}

function required(args: Arguments, name: string): string {
  const text = args.text(name);
  if (text === '') throw badRequest(`parameter "${name}" is required`);
  return text;
}
