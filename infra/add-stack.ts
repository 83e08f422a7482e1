/**
 * The stack with its validators: every violation is an error, and synthesis fails.
 *
 * cdk-nag checks AWS's advice, the template rules check what CloudFormation would refuse, and the guard rules check what
 * this system needs. Where the stack departs from cdk-nag's advice, the reason stands beside the resource.
 *
 * Tested by: test/infra/synth.test.ts
 */
import { type App, Validations } from 'aws-cdk-lib';
import { AwsSolutionsChecks } from 'cdk-nag';
import { type Configuration, isPinned } from './configuration.ts';
import { GuardRules } from './guard-rules/plugin.ts';
import { StaffProBotStack } from './staffprobot-stack.ts';

export function addStack(app: App, configuration: Configuration): StaffProBotStack {
  const stack = new StaffProBotStack(app, 'StaffProBot', { configuration });
  warnOfUnheardAlarms(stack, configuration);
  warnOfUnpinnedImage(stack, configuration);
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app), new GuardRules());
  return stack;
}

/** Warnings, not errors: a first deploy may lack all of these, but nobody should find out at night. */
function warnOfUnheardAlarms(
  stack: StaffProBotStack,
  { alertEmail, runbookUrl, settings }: Configuration,
): void {
  if (alertEmail === undefined) {
    Validations.of(stack).addWarning('no-alert-email', 'alertEmail is not set: nobody gets alarms by mail');
  }
  if (alertEmail !== undefined && !/^https?:/.test(runbookUrl)) {
    const text = `runbookUrl is not set to a web address: alarm mails link to ${runbookUrl}#…, which nobody can open`;
    Validations.of(stack).addWarning('no-runbook-address', text);
  }
  if (settings.SUPERADMIN_TELEGRAM_IDS === undefined) {
    const text = 'superadminTelegramIds is not set: no superadmin will hear of an outage';
    Validations.of(stack).addWarning('no-superadmins', text);
  }
}

/** A tag may name another image tomorrow, and nobody would have chosen it. Staging is where one tries. */
function warnOfUnpinnedImage(stack: StaffProBotStack, { environment, image }: Configuration): void {
  const [name, address] = image.uri === undefined ? ['baseImage', image.baseImage] : ['image', image.uri];
  if (environment !== 'production' || (address !== undefined && isPinned(address))) return;
  const got = address === undefined ? 'is not set, so the base is a tag' : `is a tag, ${address}`;
  const text = `${name} ${got}: a later build may run on another image; pin it by its digest (docs/deploy.md, “Pin the image”)`;
  Validations.of(stack).addWarning('image-by-tag', text);
}
