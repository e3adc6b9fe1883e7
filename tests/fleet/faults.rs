//! Faults under load. After each, every spawn has ended and everybody was told exactly once.
mod messages;
mod processes;
mod servers;
