/**
 * The worker's image: built from this repository by `cdk deploy`, or a finished one by its address.
 *
 * Only what the build reads is in its context, so that a change elsewhere neither rebuilds nor restarts the worker.
 */
import { join } from 'node:path';
import { IgnoreMode } from 'aws-cdk-lib';
import { Repository } from 'aws-cdk-lib/aws-ecr';
import { DockerImageAsset, Platform } from 'aws-cdk-lib/aws-ecr-assets';
import { ContainerImage } from 'aws-cdk-lib/aws-ecs';
import type { Construct } from 'constructs';
import type { ImageConfiguration } from '../configuration.ts';

const root = join(import.meta.dirname, '../..');
export const dockerfile = 'services/bot/Dockerfile';

/** Everything is left out but these. */
export const contextPaths = [
  'package.json',
  'package-lock.json',
  '.npmrc',
  'infra/bundle.ts',
  'infra/bundling.ts',
  'infra/function-entries.ts',
  'services/adapters',
  'services/bot',
  'services/core',
  'services/metrics-sidecar',
] as const;

export function workerImage(
  scope: Construct,
  { uri, baseImage, handlers }: ImageConfiguration,
): ContainerImage {
  if (uri !== undefined) return finishedImage(scope, uri);
  const asset = new DockerImageAsset(scope, 'Image', {
    directory: root,
    file: dockerfile,
    platform: Platform.LINUX_ARM64,
    ignoreMode: IgnoreMode.DOCKER,
    exclude: ['**', ...[...contextPaths, ...handlersFolder(handlers)].map((path) => `!${path}`)],
    buildArgs: {
      ...(baseImage === undefined ? {} : { BASE_IMAGE: baseImage }),
      ...(handlers === undefined ? {} : { BOT_HANDLERS: handlers }),
    },
  });
  return ContainerImage.fromDockerImageAsset(asset);
}

/** A module brings what lies beside it: its imports are found there. */
function handlersFolder(handlers: string | undefined): readonly string[] {
  return handlers === undefined || !handlers.includes('/')
    ? []
    : [handlers.slice(0, handlers.lastIndexOf('/'))];
}

const ecrAddress =
  /^(?<account>\d{12})\.dkr\.ecr\.(?<region>[a-z0-9-]+)\.amazonaws\.com\/(?<name>[^:@]+)(?::(?<tag>[^@]+))?(?:@(?<digest>sha256:.+))?$/;

/** From a repository in ECR the task may pull; any other registry must be public. */
function finishedImage(scope: Construct, uri: string): ContainerImage {
  const { account, region, name, tag, digest } = ecrAddress.exec(uri)?.groups ?? {};
  if (account === undefined || region === undefined || name === undefined) {
    return ContainerImage.fromRegistry(uri);
  }
  const repository = Repository.fromRepositoryAttributes(scope, 'Repository', {
    repositoryName: name,
    repositoryArn: `arn:aws:ecr:${region}:${account}:repository/${name}`,
  });
  return ContainerImage.fromEcrRepository(repository, digest ?? tag ?? 'latest');
}
