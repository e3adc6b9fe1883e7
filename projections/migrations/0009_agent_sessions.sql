-- One row per attempt of an agent at a story, and what happened in it, in rows of their own. Tool calls and changes
-- name the file that holds the whole of what is cut here.
DROP TABLE agent_sessions;
DROP TABLE session_turns;
DROP TABLE session_tool_calls;
DROP TABLE session_inputs;
DROP TABLE session_changes;
DELETE FROM checkpoints WHERE projection = 'agent_sessions';

CREATE TABLE agent_sessions (
  id               TEXT   NOT NULL PRIMARY KEY,
  story_id         TEXT   NOT NULL,
  workspace_id     TEXT   NOT NULL,
  project_id       TEXT   NOT NULL,
  conversation_id  TEXT   NOT NULL,
  agent            TEXT   NOT NULL,
  agent_name       TEXT   NOT NULL,
  agent_type       TEXT   NOT NULL,
  prompt           TEXT   NOT NULL,
  attempt          BIGINT NOT NULL,
  status           TEXT   NOT NULL,
  is_ended         BIGINT NOT NULL,
  executor_id      TEXT   NOT NULL,
  branch           TEXT   NOT NULL,
  plan             TEXT   NOT NULL,
  question_id      TEXT   NOT NULL,
  question         TEXT   NOT NULL,
  question_options TEXT   NOT NULL,
  pr_url           TEXT   NOT NULL,
  pr_number        BIGINT NOT NULL,
  summary          TEXT   NOT NULL,
  outcome          TEXT   NOT NULL,
  reason           TEXT   NOT NULL,
  usage            TEXT   NOT NULL,
  turns            BIGINT NOT NULL,
  tool_calls       BIGINT NOT NULL,
  created_at       BIGINT NOT NULL,
  started_at       BIGINT,
  ended_at         BIGINT,
  updated_at       BIGINT NOT NULL,
  created_seq      BIGINT NOT NULL,
  updated_seq      BIGINT NOT NULL
);
CREATE INDEX agent_sessions_by_end ON agent_sessions (is_ended, created_seq);
CREATE INDEX agent_sessions_by_project ON agent_sessions (project_id, is_ended, created_seq);
CREATE INDEX agent_sessions_by_story ON agent_sessions (story_id, created_seq);

-- The rows below belong to the session whose created_seq is their session_seq. Ids are random, sequences only grow:
-- keyed by them, what is written together lies together.
CREATE TABLE session_turns (
  session_seq BIGINT NOT NULL,
  seq         BIGINT NOT NULL,
  turn        BIGINT NOT NULL,
  thinking    TEXT   NOT NULL,
  action      TEXT   NOT NULL,
  prompt      TEXT   NOT NULL,
  timestamp   BIGINT NOT NULL,
  PRIMARY KEY (session_seq, seq)
);

CREATE TABLE session_tool_calls (
  session_seq  BIGINT NOT NULL,
  seq          BIGINT NOT NULL,
  id           TEXT   NOT NULL,
  name         TEXT   NOT NULL,
  input        TEXT   NOT NULL,
  output       TEXT   NOT NULL,
  whole_output TEXT   NOT NULL,
  ms           BIGINT NOT NULL,
  ok           BIGINT NOT NULL,
  timestamp    BIGINT NOT NULL,
  PRIMARY KEY (session_seq, seq)
);

-- What people and the agent said to each other while it ran: questions, answers, steering.
CREATE TABLE session_inputs (
  session_seq BIGINT NOT NULL,
  seq         BIGINT NOT NULL,
  kind        TEXT   NOT NULL,
  question_id TEXT   NOT NULL,
  text        TEXT   NOT NULL,
  said_by     TEXT   NOT NULL,
  timestamp   BIGINT NOT NULL,
  PRIMARY KEY (session_seq, seq)
);

CREATE TABLE session_changes (
  session_seq    BIGINT NOT NULL PRIMARY KEY,
  seq            BIGINT NOT NULL,
  branch         TEXT   NOT NULL,
  commit_sha     TEXT   NOT NULL,
  base_sha       TEXT   NOT NULL,
  files          TEXT   NOT NULL,
  diff           TEXT   NOT NULL,
  diff_truncated BIGINT NOT NULL,
  whole_diff     TEXT   NOT NULL,
  timestamp      BIGINT NOT NULL
);
