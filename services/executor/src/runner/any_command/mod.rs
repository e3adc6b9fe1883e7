//! Any program: the prompt on its standard input, its work in the folder, its words on standard output.

mod lines;
mod run;

pub use run::CommandRunner;
