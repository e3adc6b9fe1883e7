//! The language model over real HTTP: three wire formats, spoken by a stand-in that follows a script.
#![cfg(test)]

mod anthropic;
mod failures;
mod limits;
mod ollama;
mod openai;
mod sandbox;
mod stand_in;
