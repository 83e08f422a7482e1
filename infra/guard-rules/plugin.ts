/** Runs the guard rules on every synthesised template. A violation fails the synthesis. */
import { readFileSync } from 'node:fs';
import type {
  IPolicyValidationContext,
  IPolicyValidationPlugin,
  PolicyValidationPluginReport,
  PolicyViolation,
} from 'aws-cdk-lib';
import { type GuardRule, guardRules } from './rules.ts';
import type { Template } from './template.ts';

export class GuardRules implements IPolicyValidationPlugin {
  readonly name = 'StaffProBot guard rules';
  readonly ruleIds = guardRules.map(({ id }) => id);

  validate({ templatePaths }: IPolicyValidationContext): PolicyValidationPluginReport {
    const violations = templatePaths.flatMap((templatePath) => {
      const template = JSON.parse(readFileSync(templatePath, 'utf8')) as Template;
      return guardRules.flatMap((rule) => report(rule, template, templatePath));
    });
    return { success: violations.length === 0, violations };
  }
}

function report(rule: GuardRule, template: Template, templatePath: string): readonly PolicyViolation[] {
  return rule.check(template).map(({ resource, problem }) => ({
    ruleName: rule.id,
    description: `${problem}: ${rule.reason}`,
    severity: 'error',
    violatingResources: [{ resourceLogicalId: resource, templatePath, locations: [] }],
  }));
}
