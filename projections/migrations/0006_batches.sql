-- One row per group of stories that were asked for in one reply.
CREATE TABLE batches (
  id              TEXT   NOT NULL PRIMARY KEY,
  conversation_id TEXT   NOT NULL,
  message_id      TEXT   NOT NULL,
  project_id      TEXT   NOT NULL,
  title           TEXT   NOT NULL,
  status          TEXT   NOT NULL,
  stories         TEXT   NOT NULL,
  report          TEXT   NOT NULL,
  created_at      BIGINT NOT NULL,
  ended_at        BIGINT,
  created_seq     BIGINT NOT NULL,
  updated_seq     BIGINT NOT NULL
);
CREATE INDEX batches_by_conversation ON batches (conversation_id, created_seq);
