/**
 * The schema, step by step: position n brings a file from version n to n + 1. A step that was released is never edited.
 * Text that only the code reads is JSON; what a query filters or sorts by has a column.
 */
export const migrations: readonly string[] = [
  `
  -- seq is the order of arrival.
  CREATE TABLE evidence (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    tenant TEXT NOT NULL,
    id TEXT NOT NULL,
    subject_key TEXT,
    received_at TEXT NOT NULL,
    is_pending INTEGER NOT NULL,
    fact_version INTEGER,
    claim_scope TEXT,
    claim_key TEXT,
    claim_fingerprint TEXT,
    receipt TEXT NOT NULL,
    content TEXT NOT NULL
  ) STRICT;
  CREATE UNIQUE INDEX evidence_by_id ON evidence (tenant, id);
  CREATE UNIQUE INDEX evidence_by_claim ON evidence (tenant, claim_scope, claim_key) WHERE claim_key IS NOT NULL;
  CREATE INDEX evidence_pending ON evidence (tenant, subject_key, seq, received_at) WHERE is_pending = 1;

  CREATE TABLE callgraphs (
    tenant TEXT NOT NULL,
    callgraph_id TEXT NOT NULL,
    language TEXT NOT NULL,
    component TEXT NOT NULL,
    version TEXT NOT NULL,
    graph_hash TEXT NOT NULL,
    content TEXT NOT NULL,
    PRIMARY KEY (tenant, callgraph_id)
  ) STRICT;
  CREATE TABLE callgraph_links (
    tenant TEXT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('analysisId', 'subjectKey')),
    value TEXT NOT NULL,
    callgraph_id TEXT NOT NULL,
    PRIMARY KEY (tenant, kind, value, callgraph_id)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX callgraph_links_by_graph ON callgraph_links (tenant, callgraph_id, kind, value);

  -- subject_order sorts as UTF-16; the body stands last, so that a list never reads past it.
  CREATE TABLE facts (
    tenant TEXT NOT NULL,
    subject_key TEXT NOT NULL,
    subject_order BLOB NOT NULL,
    revision INTEGER NOT NULL,
    version INTEGER NOT NULL,
    score REAL,
    computed_at TEXT,
    buckets TEXT,
    verdicts TEXT,
    digest TEXT,
    summary TEXT,
    events TEXT NOT NULL,
    oldest_event_at TEXT GENERATED ALWAYS AS (events ->> '$[0].time') VIRTUAL,
    folded TEXT NOT NULL,
    aliases TEXT NOT NULL,
    metadata TEXT,
    ledger TEXT NOT NULL,
    body BLOB,
    PRIMARY KEY (tenant, subject_key)
  ) STRICT;
  CREATE UNIQUE INDEX facts_in_order ON facts (tenant, subject_order) WHERE version > 0;
  CREATE INDEX facts_unrelayed ON facts (oldest_event_at) WHERE oldest_event_at IS NOT NULL;
  CREATE TABLE fact_links (
    tenant TEXT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('alias', 'callgraphId')),
    value TEXT NOT NULL,
    subject_order BLOB NOT NULL,
    subject_key TEXT NOT NULL,
    PRIMARY KEY (tenant, kind, value, subject_order)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX fact_links_by_subject ON fact_links (tenant, subject_key, kind, value);
  -- Apart from the fact: a lease is taken before there is a row, and must not rewrite its body.
  CREATE TABLE fold_leases (
    tenant TEXT NOT NULL,
    subject_key TEXT NOT NULL,
    owner TEXT NOT NULL,
    until_ms INTEGER NOT NULL,
    PRIMARY KEY (tenant, subject_key)
  ) STRICT, WITHOUT ROWID;

  -- Numbered within the tenant: a number common to all would tell one tenant how busy the others are.
  CREATE TABLE event_numbers (
    tenant TEXT PRIMARY KEY,
    last INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE events (
    tenant TEXT NOT NULL,
    number INTEGER NOT NULL,
    event_id TEXT NOT NULL,
    emitted_at TEXT NOT NULL,
    event TEXT NOT NULL,
    PRIMARY KEY (tenant, number)
  ) STRICT;
  CREATE UNIQUE INDEX events_by_id ON events (tenant, event_id);
  `,
  `
  -- Events that the bus refused; in order of the index.
  CREATE TABLE dead_letters (
    tenant TEXT NOT NULL,
    dead_at TEXT NOT NULL,
    fact_version INTEGER NOT NULL,
    event_id TEXT NOT NULL,
    is_told INTEGER NOT NULL,
    letter TEXT NOT NULL,
    PRIMARY KEY (tenant, event_id)
  ) STRICT;
  CREATE INDEX dead_letters_in_order ON dead_letters (tenant, dead_at, fact_version, event_id);
  CREATE INDEX dead_letters_untold ON dead_letters (dead_at, fact_version, event_id) WHERE is_told = 0;
  `,
  `
  -- A bundle is whole once it has an answer.
  CREATE TABLE union_bundles (
    tenant TEXT NOT NULL,
    analysis_id TEXT NOT NULL,
    content TEXT NOT NULL,
    answer TEXT,
    PRIMARY KEY (tenant, analysis_id)
  ) STRICT;
  `,
  `
  -- What a fact was made of, in the order in which it is made again.
  CREATE INDEX evidence_folded ON evidence (tenant, subject_key, coalesce(fact_version, 0), seq)
    WHERE is_pending = 0 AND subject_key IS NOT NULL;
  -- Every version that a fact has had; kept longer than events.
  CREATE TABLE fact_versions (
    tenant TEXT NOT NULL,
    subject_key TEXT NOT NULL,
    version INTEGER NOT NULL,
    digest TEXT NOT NULL,
    content TEXT NOT NULL,
    PRIMARY KEY (tenant, subject_key, version)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX fact_versions_by_digest ON fact_versions (tenant, subject_key, digest, version);
  `,
  `
  -- What was erased, by whom and when; subject_key is empty for a whole tenant.
  CREATE TABLE erasures (
    tenant TEXT NOT NULL,
    id TEXT NOT NULL,
    subject_key TEXT NOT NULL,
    plan_digest TEXT NOT NULL,
    version INTEGER NOT NULL,
    is_running INTEGER NOT NULL,
    is_open INTEGER NOT NULL,
    content TEXT NOT NULL,
    PRIMARY KEY (tenant, id)
  ) STRICT;
  CREATE INDEX erasures_by_subject ON erasures (tenant, subject_key, is_running, version);
  `,
]
