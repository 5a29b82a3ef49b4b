export const scopes = ['signals:read', 'signals:write', 'signals:admin', 'signals:operate'] as const

/** What a route demands of its caller. None implies another. */
export type Scope = (typeof scopes)[number]
