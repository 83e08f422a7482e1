/** The functions by name: the file of each handler, and the entry that Lambda calls in its bundle. */
export const functionEntries = {
  'heartbeat-monitor': 'functions/heartbeat-monitor/handler.ts',
  'release-lock': 'functions/release-lock/handler.ts',
  'secrets-check': 'functions/secrets-check/handler.ts',
} as const;
export type FunctionName = keyof typeof functionEntries;

/** The file of a bundle that Lambda loads. */
export const functionFile = 'index.js';
export const functionHandler = 'index.handler';
