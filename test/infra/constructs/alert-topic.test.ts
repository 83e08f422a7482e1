import { describe, expect, it } from 'vitest';
import { resources, synthesise, theResource } from '../support/synthesised.ts';

interface PolicyStatement {
  readonly Effect: string;
  readonly Principal: unknown;
  readonly Action: unknown;
  readonly Condition?: unknown;
}

const template = synthesise({ alertEmail: 'oncall@example.com' });
const fromThisAccount = { StringEquals: { 'aws:SourceAccount': { Ref: 'AWS::AccountId' } } };
const cloudWatch = { Service: 'cloudwatch.amazonaws.com' };

describe('the alert topic', () => {
  it('is encrypted by a key that CloudWatch may use', () => {
    const key = theResource(template, 'AWS::KMS::Key');
    expect(theResource(template, 'AWS::SNS::Topic').Properties['KmsMasterKeyId']).toEqual({
      'Fn::GetAtt': [key.id, 'Arn'],
    });
    expect(key.Properties['EnableKeyRotation']).toBe(true);
    const { Statement } = key.Properties['KeyPolicy'] as { Statement: PolicyStatement[] };
    expect(Statement).toContainEqual(
      expect.objectContaining({
        Effect: 'Allow',
        Principal: cloudWatch,
        Action: ['kms:Decrypt', 'kms:GenerateDataKey'],
        Condition: fromThisAccount,
      }),
    );
  });

  it('accepts alarms of this account, and nothing without TLS', () => {
    const { Properties } = theResource(template, 'AWS::SNS::TopicPolicy');
    const { Statement } = Properties['PolicyDocument'] as { Statement: PolicyStatement[] };
    expect(Statement).toContainEqual(
      expect.objectContaining({
        Effect: 'Deny',
        Principal: '*',
        Action: 'sns:Publish',
        Condition: { Bool: { 'aws:SecureTransport': 'false' } },
      }),
    );
    expect(Statement).toContainEqual(
      expect.objectContaining({
        Effect: 'Allow',
        Principal: cloudWatch,
        Action: 'sns:Publish',
        Condition: fromThisAccount,
      }),
    );
  });

  it('mails to the address that is set', () => {
    expect(theResource(template, 'AWS::SNS::Subscription').Properties).toMatchObject({
      Protocol: 'email',
      Endpoint: 'oncall@example.com',
    });
    expect(resources(synthesise(), 'AWS::SNS::Subscription')).toEqual({});
  });
});

describe('the queue of failed events', () => {
  it('is encrypted, accepts only TLS, and keeps events for two weeks', () => {
    expect(theResource(template, 'AWS::SQS::Queue').Properties).toMatchObject({
      SqsManagedSseEnabled: true,
      MessageRetentionPeriod: 14 * 24 * 3600,
    });
    expect(JSON.stringify(theResource(template, 'AWS::SQS::QueuePolicy'))).toContain('aws:SecureTransport');
  });
});
