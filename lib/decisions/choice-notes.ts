import type { FastifyRequest } from 'fastify'

import { isObserved, isQuestion } from './decision.ts'

/** What `select` came to. */
export interface ChoiceNote {
  /** The policy that it named. */
  readonly name: string | undefined
  readonly failed: boolean
}

/** Of requests that somebody wants to know of. */
const notes = new WeakMap<FastifyRequest, ChoiceNote>()

export function choiceNoteOf (request: FastifyRequest): ChoiceNote | undefined {
  return notes.get(request)
}

export function noteChoice (request: FastifyRequest, name: string | undefined): void {
  note(request, { name, failed: false })
}

export function noteFailedChoice (request: FastifyRequest): void {
  note(request, { name: undefined, failed: true })
}

function note (request: FastifyRequest, note: ChoiceNote): void {
  if (isObserved(request) || isQuestion(request)) notes.set(request, note)
}
