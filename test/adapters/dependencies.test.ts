import { describe, expect, it } from 'vitest';
import { composeMonitorDependencies } from '../../services/adapters/monitor-dependencies.ts';
import { ConfigurationError } from '../../services/core/settings/configuration-error.ts';
import { VirtualClock } from '../support/virtual-clock.ts';

const least = {
  TELEGRAM_BOT_TOKEN_DEV: '123456:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw',
  UPSTASH_REDIS_REST_URL: 'https://store.example.com',
  UPSTASH_REDIS_REST_TOKEN: 'the-store-token',
};
const links = { OPS_LINK_SECRET: 'a-secret-of-sixteen', OPS_BASE_URL: 'https://ops.example.com' };
const lines: string[] = [];
const compose = (environment = {}) => {
  lines.length = 0;
  const random = { unit: () => 0, token: () => 'token' };
  const seams = { clock: new VirtualClock(), random, write: (line: string) => lines.push(line) };
  return composeMonitorDependencies('monitor', { ...least, ...environment }, seams);
};

describe('composeMonitorDependencies', () => {
  it('leaves out whatever is not configured', () => {
    const { ports, oneTapLinks } = compose();
    expect(ports).toMatchObject({
      environment: 'development',
      topic: undefined,
      ecs: undefined,
      links: undefined,
    });
    expect(oneTapLinks).toBeUndefined();
  });

  it('adds the topic and the ECS service by their settings', () => {
    const { ports } = compose({
      ALERT_TOPIC_ARN: 'arn:aws:sns:eu-central-1:123456789012:alerts',
      ECS_CLUSTER: 'bots',
      ECS_SERVICE: 'worker',
    });
    expect(ports.topic).toBeDefined();
    expect(ports.ecs).toBeDefined();
  });

  it('signs links with a secret, and puts them into alerts with a base URL as well', () => {
    const { OPS_LINK_SECRET } = links;
    expect(compose({ OPS_LINK_SECRET })).toMatchObject({ oneTapLinks: {}, ports: { links: undefined } });
    expect(compose(links).ports.links).toBeDefined();
  });

  it('redacts every secret in log lines', () => {
    const { ports } = compose(links);
    const secrets = [least.TELEGRAM_BOT_TOKEN_DEV, least.UPSTASH_REDIS_REST_TOKEN, links.OPS_LINK_SECRET];
    ports.logger.info('started', { secrets });
    expect(lines).toHaveLength(1);
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({
      service: 'monitor',
      message: 'started',
      secrets: ['[redacted]', '[redacted]', '[redacted]'],
    });
  });

  it('throws one problem per wrong setting', () => {
    const failing = () => compose({ UPSTASH_REDIS_REST_TOKEN: '', LOG_LEVEL: 'loud' });
    expect(failing).toThrow(ConfigurationError);
    expect(failing).toThrow(
      /UPSTASH_REDIS_REST_TOKEN[\s\S]*LOG_LEVEL|LOG_LEVEL[\s\S]*UPSTASH_REDIS_REST_TOKEN/,
    );
  });
});
