/** What `fetch` throws when every address of a host with two address families refuses the connection. */
export function refusedByBothFamilies(): TypeError {
  const refused = [new Error('connect ECONNREFUSED ::1:9'), new Error('connect ECONNREFUSED 127.0.0.1:9')];
  const cause = Object.assign(new AggregateError(refused), { code: 'ECONNREFUSED' });
  return new TypeError('fetch failed', { cause });
}
