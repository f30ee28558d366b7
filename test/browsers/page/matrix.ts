/** `+` allowed, `-` blocked. Columns as in the demo. */
const MATRIX: Readonly<Record<string, string>> = {
  //                none  any  page other list cred split opted out
  get: '            -     +    +    -     +    +    +     -',
  'post-text': '    -     +    +    -     +    +    -     -',
  'post-form': '    -     +    +    -     +    +    -     -',
  'post-multipart': '-    +    +    -     +    +    -     -',
  'post-json': '    -     +    +    -     +    +    -     -',
  put: '            -     +    +    -     +    +    -     -',
  patch: '          -     +    +    -     +    +    -     -',
  delete: '         -     +    +    -     +    +    -     -',
  'custom-header': '-     +    -    -     +    +    +     -',
  authorization: '  -     +    +    -     +    +    +     -',
  cookie: '         -     -    -    -     -    +    -     -',
  xhr: '            -     +    +    -     +    +    +     -',
  'xhr-upload': '   -     +    +    -     +    +    -     -',
  'module-script': '-     +    +    -     +    +    +     -',
  import: '         -     +    +    -     +    +    +     -',
  font: '           -     +    +    -     +    +    +     -',
  image: '          -     +    +    -     +    +    +     -',
  texture: '        -     +    +    -     +    +    +     -',
  events: '         -     +    +    -     +    +    +     -',
  beacon: '         -     -    -    -     -    +    -     -',
  redirect: '       -     +    +    -     +    +    +     -',
  sandbox: '        -     +    -    -     -    -    +     -',
  exposed: '        -     +    +    -     -    +    +     -',
  error: '          -     +    +    -     +    +    +     -'
}

/** What becomes of a kind of request, column by column, for the page of the demo. */
export function verdictsOf (kindId: string): ReadonlyArray<'allowed' | 'blocked'> {
  return (MATRIX[kindId] ?? '').trim().split(/\s+/).map((sign) => sign === '+' ? 'allowed' : 'blocked')
}
