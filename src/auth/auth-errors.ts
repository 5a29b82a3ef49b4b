import { ServiceError } from '../errors.ts'

export const authProblems = {
  TENANT_INVALID: { status: 400, title: 'The tenant is not usable' },
  SCOPE_MISSING: { status: 403, title: 'The caller lacks a scope' },
} as const

export class AuthError extends ServiceError<keyof typeof authProblems> {}
