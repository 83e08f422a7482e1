/**
 * Where the worker runs: its own VPC or a given one, its security group, and its name inside the VPC.
 *
 * The default is a VPC with public subnets and no NAT gateway: the worker has a public address but no open port, so
 * nothing reaches it, and there is no NAT to pay. `network=private` removes the address and pays for NAT.
 * Only the sources in `metricsFrom` get in, to scrape the metrics. Only HTTPS goes out, and the Bot API server's port
 * if it is another one. DNS and the task's credentials need no rule: security groups do not filter them.
 */
import { Stack, Validations } from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import { PrivateDnsNamespace } from 'aws-cdk-lib/aws-servicediscovery';
import { Construct, type IDependable } from 'constructs';
import type { NetworkConfiguration } from '../configuration.ts';

export interface NetworkProps {
  readonly configuration: NetworkConfiguration;
  readonly telegramApiRoot: string | undefined;
  /** The port of the worker's metrics. */
  readonly metricsPort: number;
}

const httpsPort = 443;

export class Network extends Construct {
  readonly vpc: ec2.IVpc;
  readonly subnets: ec2.SubnetSelection;
  /** What must exist while a task runs. Of a given VPC nothing: it stood before the stack. */
  readonly routeOut: IDependable;
  readonly assignPublicIp: boolean;
  readonly workerSecurityGroup: ec2.SecurityGroup;
  readonly namespace: PrivateDnsNamespace;

  constructor(scope: Construct, id: string, { configuration, telegramApiRoot, metricsPort }: NetworkProps) {
    super(scope, id);
    this.assignPublicIp = configuration.kind === 'public';
    const { vpc, subnets } =
      configuration.given === undefined
        ? this.ownVpc(configuration.kind)
        : this.givenVpc(configuration.given);
    this.vpc = vpc;
    this.subnets = subnets;
    this.routeOut = vpc.selectSubnets(subnets).internetConnectivityEstablished;
    this.workerSecurityGroup = this.securityGroup(telegramApiRoot);
    this.admitScrapers(configuration.metricsFrom, metricsPort);
    this.namespace = new PrivateDnsNamespace(this, 'Namespace', {
      vpc: this.vpc,
      name: `${Stack.of(this).stackName.toLowerCase()}.internal`,
      description: 'Names under which Prometheus finds the polling workers',
    });
  }

  private ownVpc(kind: NetworkConfiguration['kind']): { vpc: ec2.IVpc; subnets: ec2.SubnetSelection } {
    const isPrivate = kind === 'private';
    const subnetType = isPrivate ? ec2.SubnetType.PRIVATE_WITH_EGRESS : ec2.SubnetType.PUBLIC;
    const vpc = new ec2.Vpc(this, 'Vpc', {
      maxAzs: 2,
      natGateways: isPrivate ? 1 : 0,
      subnetConfiguration: [
        // The task asks for its public address; nothing else in the subnet gets one.
        { name: 'Public', subnetType: ec2.SubnetType.PUBLIC, cidrMask: 24, mapPublicIpOnLaunch: false },
        ...(isPrivate ? [{ name: 'Private', subnetType, cidrMask: 24 }] : []),
      ],
      // Nothing uses the default group. Closing it would need one more function, with rights of its own.
      restrictDefaultSecurityGroup: false,
    });
    // Image layers come from S3: through this endpoint they cost no NAT traffic.
    if (isPrivate) vpc.addGatewayEndpoint('S3', { service: ec2.GatewayVpcEndpointAwsService.S3 });
    Validations.of(vpc).acknowledge({
      id: 'AwsSolutions::AwsSolutions-VPC7',
      reason:
        'Flow logs would cost more than the worker. Only outgoing HTTPS is allowed, and the bot logs what it does.',
    });
    return { vpc, subnets: { subnetType } };
  }

  private givenVpc({ vpcId, subnetIds }: { vpcId: string; subnetIds: readonly string[] }): {
    vpc: ec2.IVpc;
    subnets: ec2.SubnetSelection;
  } {
    // No lookup: synthesis asks no account. Only the named subnets are used, and they bring their zones.
    const vpc = ec2.Vpc.fromVpcAttributes(this, 'Vpc', { vpcId, availabilityZones: ['unknown'] });
    const subnets = subnetIds.map((subnetId) => ec2.Subnet.fromSubnetId(this, subnetId, subnetId));
    for (const subnet of subnets) {
      Validations.of(subnet).acknowledge({
        id: 'Annotation::@aws-cdk/aws-ec2:noSubnetRouteTableId',
        reason: 'Nothing here uses the route table of a given subnet.',
      });
    }
    return { vpc, subnets: { subnets } };
  }

  private securityGroup(telegramApiRoot: string | undefined): ec2.SecurityGroup {
    const group = new ec2.SecurityGroup(this, 'WorkerSecurityGroup', {
      vpc: this.vpc,
      description: 'The polling worker: out by HTTPS, in for Prometheus only',
      allowAllOutbound: false,
    });
    group.addEgressRule(ec2.Peer.anyIpv4(), ec2.Port.tcp(httpsPort), 'Telegram, the store, AWS');
    const apiPort = telegramApiRoot === undefined ? httpsPort : portOf(telegramApiRoot);
    if (apiPort !== httpsPort) {
      group.addEgressRule(ec2.Peer.anyIpv4(), ec2.Port.tcp(apiPort), 'The Bot API server');
    }
    return group;
  }

  private admitScrapers(sources: readonly string[], port: number): void {
    for (const source of sources) {
      const peer = source.startsWith('sg-') ? ec2.Peer.securityGroupId(source) : ec2.Peer.ipv4(source);
      this.workerSecurityGroup.addIngressRule(peer, ec2.Port.tcp(port), 'Prometheus scrapes the metrics');
    }
  }
}

function portOf(address: string): number {
  const { port, protocol } = new URL(address);
  if (port !== '') return Number(port);
  return protocol === 'http:' ? 80 : httpsPort;
}
