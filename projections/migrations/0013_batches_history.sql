-- What the history shows of a batch: its issue and what came of it in one line. The table is made anew, for the log fills
-- it again.
DROP TABLE batches;
DELETE FROM checkpoints WHERE projection = 'batches';
-- One row per group of stories that were asked for in one reply.
CREATE TABLE batches (
  id                TEXT   NOT NULL PRIMARY KEY,
  conversation_id   TEXT   NOT NULL,
  message_id        TEXT   NOT NULL,
  project_id        TEXT   NOT NULL,
  title             TEXT   NOT NULL,
  status            TEXT   NOT NULL,
  stories           TEXT   NOT NULL,
  linear_identifier TEXT   NOT NULL,
  linear_issue_url  TEXT   NOT NULL,
  summary           TEXT   NOT NULL,
  report            TEXT   NOT NULL,
  created_at        BIGINT NOT NULL,
  ended_at          BIGINT,
  created_seq       BIGINT NOT NULL,
  updated_seq       BIGINT NOT NULL,
  folded            TEXT   NOT NULL
);
CREATE INDEX batches_by_conversation ON batches (conversation_id, created_seq);
CREATE INDEX batches_by_project ON batches (project_id, status, created_seq);
