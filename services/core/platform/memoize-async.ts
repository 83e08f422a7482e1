/** Builds a value once, on the first call. Calls during a build share it; after a failed build the next call tries again. */
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
