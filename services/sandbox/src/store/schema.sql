-- Times are integer microseconds since 1970.

CREATE TABLE linear_issues (
    id TEXT PRIMARY KEY,
    number INTEGER NOT NULL UNIQUE,
    title TEXT NOT NULL,
    description TEXT,
    priority INTEGER NOT NULL,
    estimate INTEGER,
    due_date TEXT,
    state_id TEXT NOT NULL,
    assignee_id TEXT,
    parent_id TEXT REFERENCES linear_issues (id),
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    started_at INTEGER,
    completed_at INTEGER,
    canceled_at INTEGER
) STRICT;

CREATE TABLE linear_comments (
    id TEXT PRIMARY KEY,
    issue_id TEXT NOT NULL REFERENCES linear_issues (id),
    parent_id TEXT REFERENCES linear_comments (id),
    body TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL
) STRICT;
CREATE INDEX linear_comments_of_issue ON linear_comments (issue_id, created_at);

CREATE TABLE linear_attachments (
    id TEXT PRIMARY KEY,
    issue_id TEXT NOT NULL REFERENCES linear_issues (id),
    title TEXT NOT NULL,
    url TEXT NOT NULL,
    source_type TEXT,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    UNIQUE (issue_id, url)
) STRICT;

CREATE TABLE slack_messages (
    channel TEXT NOT NULL,
    -- Slack's ts as microseconds: unique within the channel and its order.
    ts INTEGER NOT NULL,
    thread_ts INTEGER,
    reply_broadcast INTEGER NOT NULL DEFAULT 0,
    -- What the API answers for this message, without ts and thread_ts.
    body TEXT NOT NULL,
    metadata TEXT,
    edited_ts INTEGER,
    PRIMARY KEY (channel, ts)
) STRICT;

CREATE TABLE github_pulls (
    owner TEXT NOT NULL,
    repo TEXT NOT NULL,
    number INTEGER NOT NULL,
    title TEXT NOT NULL,
    body TEXT,
    head TEXT NOT NULL,
    base TEXT NOT NULL,
    head_sha TEXT NOT NULL,
    base_sha TEXT NOT NULL,
    state TEXT NOT NULL,
    draft INTEGER NOT NULL,
    maintainer_can_modify INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    closed_at INTEGER,
    merged_at INTEGER,
    PRIMARY KEY (owner, repo, number)
) STRICT;
CREATE UNIQUE INDEX github_one_open_pull_a_branch ON github_pulls (owner, repo, head, base) WHERE state = 'open';
