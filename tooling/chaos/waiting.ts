/** Waits so many milliseconds. */
export const sleep = (milliseconds: number): Promise<void> => new Promise((done) => setTimeout(done, milliseconds))

/** Waits until something holds, for so many milliseconds at most; says whether it does. */
export const until = async (holds: () => boolean, milliseconds: number): Promise<boolean> => {
  const limit = performance.now() + milliseconds
  while (!holds()) {
    if (performance.now() > limit) return false
    await sleep(10)
  }
  return true
}
