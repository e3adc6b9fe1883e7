//! `errand confine` as a program of its own, so that the tests of this crate can start it.

use std::process::ExitCode;

fn main() -> ExitCode {
    eprintln!(
        "{}",
        errand_executor::confine::enter(std::env::args_os().skip(1))
    );
    ExitCode::FAILURE
}
