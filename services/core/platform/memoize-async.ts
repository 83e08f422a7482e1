/** Builds something when it is first asked for, and once; a build that failed is tried again by the next call. */
export function memoizeAsync<Built>(build: () => Promise<Built>): () => Promise<Built> {
  let building: Promise<Built> | undefined;
  return async () => {
    const current = building ?? build();
    building = current;
    try {
      return await current;
    } catch (error) {
      if (building === current) building = undefined;
      throw error;
    }
  };
}
