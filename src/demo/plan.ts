/** One subject of the demo: a real graph, a real trace of the same program, and what somebody would ask about it. */
export interface DemoSubject {
  readonly title: string
  readonly folder: string
  readonly graph: {
    readonly file: string
    readonly contentEncoding?: 'gzip'
    readonly query: Readonly<Record<string, string>>
  }
  readonly component: string
  readonly version: string
  /** What a policy would ask for; observed symbols become targets by themselves. */
  readonly targets: readonly string[]
  /** Observed symbols that the table shows beside the targets. */
  readonly alsoShown: readonly string[]
}

const goToml = 'github.com/pelletier/go-toml/v2'

export const demoSubjects: readonly DemoSubject[] = [
  {
    title: 'Java: plexus-classworlds 2.6.0, read by java-callgraph',
    folder: 'java/plexus-classworlds',
    graph: { file: 'callgraph.txt', query: { language: 'java', analyzer: 'java-callgraph', analyzerVersion: '0.1' } },
    component: 'plexus-classworlds',
    version: '2.6.0',
    targets: [
      'org.codehaus.plexus.classworlds.launcher.Launcher:main(java.lang.String[])',
      'org.codehaus.plexus.classworlds.strategy.Strategy:loadClass(java.lang.String)',
      'org.codehaus.classworlds.ClassWorldAdapter:newRealm(java.lang.String)',
      'org.codehaus.plexus.classworlds.ClassWorld:newRealm(java.lang.String)',
    ],
    alsoShown: ['org.codehaus.plexus.classworlds.realm.ClassRealm:loadClass(java.lang.String)'],
  },
  {
    title: 'Java: spring-boot-loader 2.2.13, with several mains, not all of which ran',
    folder: 'java/spring-boot-loader',
    graph: { file: 'callgraph.txt', query: { language: 'java', analyzer: 'java-callgraph', analyzerVersion: '0.1' } },
    component: 'spring-boot-loader',
    version: '2.2.13.RELEASE',
    targets: [
      'org.springframework.boot.loader.WarLauncher:main(java.lang.String[])',
      'org.springframework.boot.loader.WarLauncher:launch(java.lang.String[])',
      'java.lang.CharSequence:charAt(int)',
      'org.springframework.boot.loader.archive.ExplodedArchive$FileEntry:<init>(java.lang.String,java.io.File)',
    ],
    alsoShown: ['org.springframework.boot.loader.ExecutableArchiveLauncher:getClassPathArchives()'],
  },
  {
    title: 'Node: semver 7.5.4, read by js-callgraph',
    folder: 'node/semver',
    graph: {
      file: 'callgraph.json',
      query: {
        language: 'node',
        root: '/src/semver',
        entryPoint: 'bin/semver.js#global@1:0',
        analyzer: 'js-callgraph',
        analyzerVersion: '1.3.2',
      },
    },
    component: 'semver',
    version: '7.5.4',
    targets: [
      'bin/semver.js#anon@35:13',
      'classes/semver.js#compareMain@107:14',
      'Native#String_prototype_replace',
      'ranges/subset.js#anon@236:16',
      'node_modules/minimist/index.js#parse@1:0',
    ],
    alsoShown: ['internal/re.js#anon@39:20'],
  },
  {
    title: 'Python: autopep8 2.0.4 with pycodestyle 2.11.1, read by PyCG',
    folder: 'python/autopep8',
    graph: {
      file: 'callgraph.json',
      query: { language: 'python', entryPoint: 'autopep8.main', analyzer: 'pycg', analyzerVersion: '0.0.8' },
    },
    component: 'autopep8',
    version: '2.0.4',
    targets: [
      'autopep8.main',
      'pycodestyle.filename_match',
      'autopep8.Atom.is_keyword',
      'pycodestyle.continued_indentation',
    ],
    alsoShown: ['autopep8.fix_lines'],
  },
  {
    title: 'Go: tomljson of go-toml 2.4.3, by rapid type analysis, cut to the module',
    folder: 'go/tomljson',
    graph: { file: 'callgraph.txt', query: { language: 'go', analyzer: 'callgraph', analyzerVersion: '0.52.0' } },
    component: 'tomljson',
    version: '2.4.3',
    targets: [`(*${goToml}.typeMismatchError).Error`, 'os.Exit', `${goToml}.encPropsForType`],
    alsoShown: [`${goToml}/unstable.init#1`],
  },
  {
    title: 'Go: the same, the whole program by class hierarchy analysis: a closed world',
    folder: 'go/tomljson',
    graph: {
      file: 'callgraph.cha.txt.gz',
      contentEncoding: 'gzip',
      query: { language: 'go', closedWorld: 'true', analyzer: 'callgraph', analyzerVersion: '0.52.0' },
    },
    component: 'tomljson-whole-program',
    version: '2.4.3',
    targets: ['flag.Parse', 'internal/bytealg.Index', '(*flag.FlagSet).Var', 'unsafe.init'],
    alsoShown: [`(*${goToml}.Decoder).Decode`],
  },
]

/** The states of a subject that the table shows: what was asked, and what is worth seeing. */
export function shownTargets(subject: DemoSubject): readonly string[] {
  return [...subject.targets, ...subject.alsoShown]
}
