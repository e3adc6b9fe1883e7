//! What those who run Errand see of it: log lines, traces, measures, health.
mod dashboards;
mod exposition;
mod logs;
mod measures;
mod traces;
