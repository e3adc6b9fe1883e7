//! Real servers for tests and benchmarks: in folders that go away, on ports that nobody uses, killed with the process
//! that started them. Where a server is not installed, `start` answers `None` and the test says that it was skipped.
#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    reason = "a test that cannot go on says so by panicking"
)]

pub mod errand;
mod keeper;
pub mod nats;
mod ports;
pub mod postgres;
mod wait;

pub use ports::free_ports;
pub use wait::insist;
