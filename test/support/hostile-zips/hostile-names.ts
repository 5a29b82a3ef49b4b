import { makeZip } from '../make-zip.ts'
import { type HostileZip, refusedAs, soundEntries, withFurther } from './hostile-zip.ts'

const named = (name: string, entryName: string, code: string): HostileZip => ({
  name,
  bytes: withFurther({ name: entryName }),
  ...refusedAs(code),
})

/** Names that would have to be taken as they are to do harm. */
export const hostileNames: readonly HostileZip[] = [
  named('traversal', '../nodes.ndjson', 'UNION_PATH_TRAVERSAL'),
  named('traversal-inside', 'files/../../nodes.ndjson', 'UNION_PATH_TRAVERSAL'),
  named('traversal-dot', './extra.ndjson', 'UNION_PATH_TRAVERSAL'),
  named('absolute-path', '/etc/passwd', 'UNION_PATH_ABSOLUTE'),
  named('drive', 'C:/nodes.ndjson', 'UNION_PATH_ABSOLUTE'),
  named('backslash', '..\\nodes.ndjson', 'UNION_PATH_BACKSLASH'),
  named('nul-in-name', 'extra.ndjson\0.zip', 'UNION_NAME_INVALID'),
  named('control-in-name', 'extra\n.ndjson', 'UNION_NAME_INVALID'),
  named('not-ascii', 'n\xc3\xb6des.ndjson', 'UNION_NAME_INVALID'),
  named('empty-name', '', 'UNION_ENTRY_UNKNOWN'),
  named('long-name', 'n'.repeat(5_000), 'UNION_ENTRY_UNKNOWN'),
  named('unknown-file', 'readme.txt', 'UNION_ENTRY_UNKNOWN'),
  named('in-a-folder', 'bundle/nodes.ndjson', 'UNION_ENTRY_UNKNOWN'),
  named('directory', 'files/', 'UNION_ENTRY_NOT_A_FILE'),
  named('duplicate', 'nodes.ndjson', 'UNION_ENTRY_DUPLICATE'),
  named('case-collision', 'Nodes.NDJSON', 'UNION_CASE_COLLISION'),
  {
    name: 'many-entries',
    bytes: makeZip([
      ...soundEntries(),
      ...Array.from({ length: 61 }, (_, number) => ({ name: `extra-${number}`, content: '', method: 0 })),
    ]),
    ...refusedAs('UNION_TOO_MANY_ENTRIES', { status: 413 }),
  },
]
