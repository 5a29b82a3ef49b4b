/** Work that many ask for at once is done once: who asks while it runs gets what comes of it. */
export class SingleFlight<Result> {
  readonly #flights = new Map<string, Promise<Result>>()

  run(key: string, work: () => Promise<Result>): Promise<Result> {
    const running = this.#flights.get(key)
    if (running) return running
    const flight = work().finally(() => this.#flights.delete(key))
    this.#flights.set(key, flight)
    return flight
  }
}
