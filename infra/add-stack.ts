/**
 * The stack with its judges: whatever one of them holds against it is an error, and synthesis fails.
 *
 * cdk-nag knows what AWS advises, the template rules know what CloudFormation will refuse, and the guard rules know
 * what this system has learnt. Where we differ from cdk-nag's advice, the reason stands beside the resource.
 */
import { type App, Validations } from 'aws-cdk-lib';
import { AwsSolutionsChecks } from 'cdk-nag';
import type { Configuration } from './configuration.ts';
import { GuardRules } from './guard-rules/plugin.ts';
import { StaffProBotStack } from './staffprobot-stack.ts';

export function addStack(app: App, configuration: Configuration): StaffProBotStack {
  const stack = new StaffProBotStack(app, 'StaffProBot', { configuration });
  warnOfSilence(stack, configuration);
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app), new GuardRules());
  return stack;
}

/** Allowed, because a first deploy knows none of it, but nobody should find out at night. */
function warnOfSilence(stack: StaffProBotStack, { alertEmail, runbookUrl, settings }: Configuration): void {
  if (alertEmail === undefined) {
    Validations.of(stack).addWarning(
      'no-alert-email',
      'alertEmail is not set: nobody gets the alarms by mail',
    );
  }
  if (alertEmail !== undefined && !/^https?:/.test(runbookUrl)) {
    const text = `runbookUrl is not set to a web address: alarm mails end in ${runbookUrl}#…, which nobody can open`;
    Validations.of(stack).addWarning('no-runbook-address', text);
  }
  if (settings.SUPERADMIN_TELEGRAM_IDS === undefined) {
    const text = 'superadminTelegramIds is not set: no superadmin hears of an outage';
    Validations.of(stack).addWarning('no-superadmins', text);
  }
}
