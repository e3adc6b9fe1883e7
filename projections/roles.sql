-- Two users for one database: the projector makes and fills the tables, the dashboard only looks at them.
--
-- Run it in that database as a superuser before the first projector starts; it may be run again. Passwords are set apart,
-- for instance with \password in psql, so that they are in no file and no history.

DO $$
BEGIN
  CREATE ROLE errand_projector LOGIN;
EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL;
END $$;

DO $$
BEGIN
  CREATE ROLE errand_dashboard LOGIN;
EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL;
END $$;

REVOKE CREATE ON SCHEMA public FROM PUBLIC;
GRANT USAGE, CREATE ON SCHEMA public TO errand_projector;
GRANT USAGE ON SCHEMA public TO errand_dashboard;

-- The tables that are there, and those that an update or a rebuild will make.
GRANT SELECT ON ALL TABLES IN SCHEMA public TO errand_dashboard;
ALTER DEFAULT PRIVILEGES FOR ROLE errand_projector IN SCHEMA public GRANT SELECT ON TABLES TO errand_dashboard;
