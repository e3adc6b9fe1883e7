-- The audit archive: one row per event of the log. The first seven columns are the event table of cqrs-es programs, which can
-- load our aggregates from here; the others are what people search by.
CREATE TABLE events (
  aggregate_type TEXT   NOT NULL,
  aggregate_id   TEXT   NOT NULL,
  sequence       BIGINT NOT NULL,
  event_type     TEXT   NOT NULL,
  event_version  TEXT   NOT NULL,
  payload        JSON   NOT NULL,
  metadata       JSON   NOT NULL,
  log_seq        BIGINT NOT NULL,
  time_us        BIGINT NOT NULL,
  event_id       TEXT   NOT NULL,
  workspace      TEXT   NOT NULL,
  story_id       TEXT   NOT NULL,
  correlation_id TEXT   NOT NULL,
  causation_id   TEXT   NOT NULL,
  command_id     TEXT   NOT NULL,
  unreadable     TEXT   NOT NULL,
  PRIMARY KEY (aggregate_type, aggregate_id, sequence)
);
CREATE UNIQUE INDEX events_by_log_seq ON events (log_seq);
CREATE INDEX events_by_time ON events (time_us, log_seq);
CREATE INDEX events_by_type ON events (event_type, log_seq);
CREATE INDEX events_by_story ON events (story_id, log_seq) WHERE story_id <> '';
CREATE INDEX events_by_correlation ON events (correlation_id, log_seq);
CREATE INDEX events_by_event_id ON events (event_id);
CREATE INDEX events_by_unreadable ON events (log_seq) WHERE unreadable <> '';
