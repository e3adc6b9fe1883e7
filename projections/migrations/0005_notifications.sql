-- One row per thing that somebody outside was to be told.
CREATE TABLE notifications (
  id          TEXT   NOT NULL PRIMARY KEY,
  story_id    TEXT   NOT NULL,
  channel     TEXT   NOT NULL,
  about       TEXT   NOT NULL,
  status      TEXT   NOT NULL,
  text        TEXT   NOT NULL,
  vendor_id   TEXT   NOT NULL,
  permalink   TEXT   NOT NULL,
  reason      TEXT   NOT NULL,
  attempts    BIGINT NOT NULL,
  created_at  BIGINT NOT NULL,
  sent_at     BIGINT,
  created_seq BIGINT NOT NULL,
  updated_seq BIGINT NOT NULL
);
CREATE INDEX notifications_by_story ON notifications (story_id, created_seq);
