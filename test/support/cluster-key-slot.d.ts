/** Comes without types of its own. */
declare module 'cluster-key-slot' {
  function slotOf(key: string): number
  export = slotOf
}
