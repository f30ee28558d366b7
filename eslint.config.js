import neostandard from 'neostandard'

export default neostandard({
  ts: true,
  ignores: ['dist', 'build', '.runtimes', '.build-*', '.tap', 'coverage']
})
