/**
 * The worker's image: built from this repository by `cdk deploy`, or a prebuilt one by its address.
 *
 * The build context contains only what the build reads, so that a change elsewhere neither rebuilds nor restarts the
 * worker.
 *
 * Tested by: test/infra/image.test.ts
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

/** The build context; everything else is left out. */
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
  if (uri !== undefined) return prebuiltImage(scope, uri);
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

/** The handlers' folder comes along, because the module imports its neighbours. */
function handlersFolder(handlers: string | undefined): readonly string[] {
  return handlers === undefined || !handlers.includes('/')
    ? []
    : [handlers.slice(0, handlers.lastIndexOf('/'))];
}

const ecrAddress =
  /^(?<account>\d{12})\.dkr\.ecr\.(?<region>[a-z0-9-]+)\.amazonaws\.com\/(?<name>[^:@]+)(?::(?<tag>[^@]+))?(?:@(?<digest>sha256:.+))?$/;

/** The task may pull from ECR; an image in any other registry must be public. */
function prebuiltImage(scope: Construct, uri: string): ContainerImage {
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
