/** The metrics that the functions write: where they are found, for all of them. */
export const metricNamespace = 'StaffProBot';
/** Tells stacks in one account apart by the function's deployed name, as Lambda's own metrics do. */
export const metricDimension = 'FunctionName';
