//! Work trees with real git: repositories in temporary folders, and a forge that is `git http-backend` over HTTP.

#![allow(clippy::unwrap_used, reason = "a test ends at the first surprise")]

mod conflicts;
mod crashes;
mod disk;
mod forge;
mod hostile;
mod preparing;
mod publishing;
mod repository;
mod results;
mod sample_site;
mod sources;
mod token;
