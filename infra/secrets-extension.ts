/**
 * The Lambda extension through which the functions read the secret, and the regions in which the CDK knows its layer.
 *
 * Elsewhere a deploy would end at a missing mapping, after a line that says nothing. So the template itself refuses such
 * a region, before anything is made; `secretsExtensionArn` names the layer there.
 *
 * Tested by: test/infra/constructs/functions.test.ts
 *
 * @see https://docs.aws.amazon.com/secretsmanager/latest/userguide/retrieving-secrets_lambda.html
 */
import { Aws, CfnRule, Fn, type Stack } from 'aws-cdk-lib';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import { RegionInfo } from 'aws-cdk-lib/region-info';

const version = lambda.ParamsAndSecretsVersions.V1_0_103;
export const architecture = lambda.Architecture.ARM_64;

/** @param arn the layer; undefined: the one that the CDK knows for the region */
export function secretsExtension(arn: string | undefined): lambda.ParamsAndSecretsLayerVersion {
  // The secret is read rarely, and then to get its new value: a cache would serve the old one.
  const options = { cacheEnabled: false, logLevel: lambda.ParamsAndSecretsLogLevel.WARN };
  return arn === undefined
    ? lambda.ParamsAndSecretsLayerVersion.fromVersion(version, options)
    : lambda.ParamsAndSecretsLayerVersion.fromVersionArn(arn, options);
}

export function knownRegions(): readonly string[] {
  return RegionInfo.regions
    .filter((region) => region.paramsAndSecretsLambdaLayerArn(version, architecture.name) !== undefined)
    .map(({ name }) => name)
    .toSorted();
}

export function refuseUnknownRegions(stack: Stack): void {
  new CfnRule(stack, 'SecretsExtensionKnown', {
    assertions: [
      {
        assert: Fn.conditionContains([...knownRegions()], Aws.REGION),
        assertDescription:
          'secretsExtensionArn: expected a value, because the CDK does not know the layer of the Parameters and ' +
          'Secrets extension for this region, got nothing; deploy with -c secretsExtensionArn=<its ARN for ARM64>',
      },
    ],
  });
}
