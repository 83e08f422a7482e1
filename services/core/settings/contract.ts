/** What infra shares with the processes, so that both check a setting in the same way and say the same about it. */
export { locales } from '../platform/locale.ts';
export { botIdFormat } from './bot-token-settings.ts';
export { refuseUnencrypted } from './encrypted-address.ts';
export {
  apiRootFix,
  keyPrefixFormat,
  logLevels,
  runbookInRepository,
  runbookUrlFormat,
  telegramIdFormat,
} from './shared-settings.ts';
export { type Environment, VariableReader } from './variable-reader.ts';
