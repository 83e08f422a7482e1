import { describe, expect, it } from 'vitest';
import { resources, synthesise, theResource } from '../support/synthesised.ts';

const given = {
  vpcId: 'vpc-0123456789abcdef0',
  subnetIds: 'subnet-0123456789abcdef0,subnet-0123456789abcdef1',
};

const placement = (context = {}) => {
  const { Properties } = theResource(synthesise(context), 'AWS::ECS::Service');
  return (Properties['NetworkConfiguration'] as { AwsvpcConfiguration: Record<string, unknown> })
    .AwsvpcConfiguration;
};
const securityGroup = (context = {}) =>
  theResource(synthesise(context), 'AWS::EC2::SecurityGroup').Properties;

describe('the network', () => {
  it('is by default a VPC of its own, with public subnets and no NAT', () => {
    const template = synthesise();
    expect(Object.keys(resources(template, 'AWS::EC2::Subnet'))).toHaveLength(2);
    expect(resources(template, 'AWS::EC2::NatGateway')).toEqual({});
    expect(resources(template, 'AWS::EC2::EIP')).toEqual({});
    expect(placement()['AssignPublicIp']).toBe('ENABLED');
  });

  it('puts a private worker behind one NAT gateway', () => {
    const template = synthesise({ network: 'private' });
    expect(Object.keys(resources(template, 'AWS::EC2::NatGateway'))).toHaveLength(1);
    expect(placement({ network: 'private' })['AssignPublicIp']).toBe('DISABLED');
    expect(JSON.stringify(placement({ network: 'private' })['Subnets'])).toContain('PrivateSubnet');
  });

  it('uses a given VPC without asking an account about it', () => {
    const template = synthesise({ ...given, network: 'private' });
    expect(resources(template, 'AWS::EC2::VPC')).toEqual({});
    expect(placement({ ...given, network: 'private' })).toMatchObject({
      Subnets: given.subnetIds.split(','),
      AssignPublicIp: 'DISABLED',
    });
    expect(placement(given)['AssignPublicIp']).toBe('ENABLED');
  });
});

describe('the worker’s security group', () => {
  it('lets nobody in by default', () => {
    expect(securityGroup()['SecurityGroupIngress']).toBeUndefined();
    expect(resources(synthesise(), 'AWS::EC2::SecurityGroupIngress')).toEqual({});
  });

  it('lets Prometheus in from the given sources', () => {
    const metricsFrom = 'sg-0123456789abcdef0,10.1.0.0/16';
    expect(securityGroup({ metricsFrom })['SecurityGroupIngress']).toEqual([
      expect.objectContaining({
        SourceSecurityGroupId: 'sg-0123456789abcdef0',
        FromPort: 9464,
        ToPort: 9464,
      }),
      expect.objectContaining({ CidrIp: '10.1.0.0/16', FromPort: 9464, ToPort: 9464 }),
    ]);
  });

  it('lets only HTTPS out, and the port of a Bot API server of one’s own', () => {
    const ports = (context = {}) =>
      (securityGroup(context)['SecurityGroupEgress'] as { FromPort: number }[]).map(
        ({ FromPort }) => FromPort,
      );
    expect(ports()).toEqual([443]);
    expect(ports({ telegramApiRoot: 'https://bot-api.example.com' })).toEqual([443]);
    expect(ports({ telegramApiRoot: 'http://10.0.0.5:8081', environment: 'staging' })).toEqual([443, 8081]);
    expect(ports({ telegramApiRoot: 'http://10.0.0.5', environment: 'staging' })).toEqual([443, 80]);
  });
});
