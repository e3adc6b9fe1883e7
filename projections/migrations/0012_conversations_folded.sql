-- Titles and messages are also kept as they are searched. The tables are made anew, for the log fills them again.
DROP TABLE conversations;
DROP TABLE messages;
DELETE FROM checkpoints WHERE projection = 'conversations';
-- One row per conversation, one per message in it.
CREATE TABLE conversations (
  id               TEXT   NOT NULL PRIMARY KEY,
  workspace_id     TEXT   NOT NULL,
  project_id       TEXT   NOT NULL,
  title            TEXT   NOT NULL,
  user_id          TEXT   NOT NULL,
  message_count    BIGINT NOT NULL,
  story_count      BIGINT NOT NULL,
  last_message     TEXT   NOT NULL,
  last_kind        TEXT   NOT NULL,
  last_message_seq BIGINT NOT NULL,
  archived         BIGINT NOT NULL,
  last_message_at  BIGINT NOT NULL,
  created_at       BIGINT NOT NULL,
  created_seq      BIGINT NOT NULL,
  updated_seq      BIGINT NOT NULL,
  folded           TEXT   NOT NULL
);
CREATE INDEX conversations_by_updated ON conversations (archived, updated_seq);
CREATE INDEX conversations_by_project ON conversations (project_id, archived, updated_seq);

CREATE TABLE messages (
  id               TEXT   NOT NULL PRIMARY KEY,
  conversation_id  TEXT   NOT NULL,
  conversation_seq BIGINT NOT NULL,
  kind             TEXT   NOT NULL,
  text             TEXT   NOT NULL,
  user_id          TEXT   NOT NULL,
  action_id        TEXT   NOT NULL,
  in_reply_to      TEXT   NOT NULL,
  actions          TEXT   NOT NULL,
  story_id         TEXT   NOT NULL,
  session_id       TEXT   NOT NULL,
  linear_issue_url TEXT   NOT NULL,
  status           TEXT   NOT NULL,
  pr_url           TEXT   NOT NULL,
  reason           TEXT   NOT NULL,
  answer           TEXT   NOT NULL,
  model            TEXT   NOT NULL,
  usage            TEXT   NOT NULL,
  retried_seq      BIGINT NOT NULL,
  created_at       BIGINT NOT NULL,
  seq              BIGINT NOT NULL,
  folded           TEXT   NOT NULL
);
CREATE INDEX messages_by_conversation ON messages (conversation_seq, seq);
