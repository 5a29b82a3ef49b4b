import { inject } from 'vitest'
import { openAppsIn } from './place.ts'

openAppsIn({ mode: inject('mode'), servers: inject('servers') })
