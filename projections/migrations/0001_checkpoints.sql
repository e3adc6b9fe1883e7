-- How far each projection has come, on which log, in which generation of its tables.
CREATE TABLE checkpoints (
  projection TEXT   NOT NULL PRIMARY KEY,
  log_id     TEXT   NOT NULL,
  sequence   BIGINT NOT NULL,
  generation BIGINT NOT NULL,
  version    BIGINT NOT NULL
);
