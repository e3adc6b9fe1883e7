//! The embedded log keeps the contract. What only a log on a disk of its own can promise is in the other files.
#![expect(
    clippy::unwrap_used,
    reason = "the whole crate is tests, also what is not marked as one"
)]

mod directory;
mod disk_full;
mod harness;
mod kill;
mod limits;
mod order;
mod simulation;

errand_eventlog::contract_tests!(crate::harness::on_disk);
