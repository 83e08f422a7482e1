/**
 * Where `cdk synth` and `cdk deploy` start: turns the context into the stack, or prints every problem, one line each.
 *
 * Synthesis needs no account, no network and no Docker. Account and region are those of the CDK's command line at the
 * deploy.
 *
 * Tested by: test/infra/synth.test.ts
 */
import { App } from 'aws-cdk-lib';
import { addStack } from './add-stack.ts';
import { readConfiguration } from './configuration.ts';

const configurationExitCode = 78;

// Without an output folder the CDK would exit silently and write nothing.
const app = new App({ outdir: process.env['CDK_OUTDIR'] ?? 'cdk.out' });
const read = readConfiguration(app.node.getAllContext());
if (!read.ok) {
  process.stderr.write(read.problems.map((problem) => `${problem}\n`).join(''));
  process.exit(configurationExitCode);
}
addStack(app, read.configuration);
app.synth();
