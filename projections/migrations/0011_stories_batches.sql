-- A story knows its batch, and its words are kept as they are searched. The tables are made anew, for the log fills them
-- again.
DROP TABLE stories;
DELETE FROM checkpoints WHERE projection = 'stories';
-- One row per story. Times are microseconds since the Unix epoch, sequences are the log's.
CREATE TABLE stories (
  id                    TEXT   NOT NULL PRIMARY KEY,
  workspace_id          TEXT   NOT NULL,
  run_id                TEXT   NOT NULL,
  project_id            TEXT   NOT NULL,
  title                 TEXT   NOT NULL,
  rationale             TEXT   NOT NULL,
  priority              TEXT   NOT NULL,
  priority_level        TEXT   NOT NULL,
  priority_score        BIGINT NOT NULL,
  policy                TEXT   NOT NULL,
  status                TEXT   NOT NULL,
  is_ended              BIGINT NOT NULL,
  linear_task_id        TEXT   NOT NULL,
  linear_identifier     TEXT   NOT NULL,
  linear_issue_url      TEXT   NOT NULL,
  linear_error          TEXT   NOT NULL,
  pr_url                TEXT   NOT NULL,
  advances_launch_stage TEXT   NOT NULL,
  conversation_id       TEXT   NOT NULL,
  message_id            TEXT   NOT NULL,
  session_id            TEXT   NOT NULL,
  agent                 TEXT   NOT NULL,
  agent_name            TEXT   NOT NULL,
  prompt                TEXT   NOT NULL,
  tracker               TEXT   NOT NULL,
  batch_id              TEXT   NOT NULL,
  user_id               TEXT   NOT NULL,
  attempt               BIGINT NOT NULL,
  summary               TEXT   NOT NULL,
  outcome               TEXT   NOT NULL,
  reason                TEXT   NOT NULL,
  branch                TEXT   NOT NULL,
  branch_url            TEXT   NOT NULL,
  retry                 BIGINT NOT NULL,
  retries               BIGINT NOT NULL,
  retry_at              BIGINT,
  cancel_requested      BIGINT NOT NULL,
  created_at            BIGINT NOT NULL,
  queued_at             BIGINT,
  started_at            BIGINT,
  ended_at              BIGINT,
  updated_at            BIGINT NOT NULL,
  created_seq           BIGINT NOT NULL,
  updated_seq           BIGINT NOT NULL,
  folded                TEXT   NOT NULL
);
CREATE INDEX stories_by_created ON stories (created_seq);
CREATE INDEX stories_by_project ON stories (project_id, is_ended, created_seq);
CREATE INDEX stories_by_status ON stories (status, created_seq);
CREATE INDEX stories_by_batch ON stories (batch_id, created_seq);

-- A story that its batch names before it exists; it learns its batch from here.
CREATE TABLE story_batches (
  id       TEXT NOT NULL PRIMARY KEY,
  batch_id TEXT NOT NULL
);
