//! The program that confines itself and then becomes the agent.

use std::ffi::OsString;
use std::os::unix::process::CommandExt;
use std::process::Command;

use super::{ConfineError, Rules, capabilities, kernel};

/// Takes the rules and the program from `words`, gives up every other right, and becomes the program. It returns
/// only when that failed: then nothing was started.
pub fn enter(words: impl IntoIterator<Item = OsString>) -> ConfineError {
    match confined(words) {
        Ok(never) => match never {},
        Err(error) => error,
    }
}

fn confined(
    words: impl IntoIterator<Item = OsString>,
) -> Result<std::convert::Infallible, ConfineError> {
    let mut words = words.into_iter();
    let rules = Rules::parse(&mut words)?;
    let program = words
        .next()
        .ok_or_else(|| ConfineError::usage("a missing program"))?;
    kernel::restrict(&rules)?;
    capabilities::drop_all_others()?;
    let source = Command::new(&program).args(words).exec();
    Err(ConfineError::NotStarted {
        program: program.to_string_lossy().into_owned(),
        source,
    })
}
