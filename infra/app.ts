/**
 * `cdk synth` and `cdk deploy` start here: the context in, the stack out, or every problem on a line of its own.
 *
 * Synthesis looks nothing up: it needs no account, no network and no Docker. Account and region are those that the
 * CDK's command line finds when it deploys.
 */
import { App } from 'aws-cdk-lib';
import { addStack } from './add-stack.ts';
import { readConfiguration } from './configuration.ts';

const configurationExitCode = 78;

// Without an output folder the CDK would end silently and write nothing.
const app = new App({ outdir: process.env['CDK_OUTDIR'] ?? 'cdk.out' });
const read = readConfiguration(app.node.getAllContext());
if (!read.ok) {
  process.stderr.write(read.problems.map((problem) => `${problem}\n`).join(''));
  process.exit(configurationExitCode);
}
addStack(app, read.configuration);
app.synth();
