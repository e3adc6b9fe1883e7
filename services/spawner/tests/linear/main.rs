//! The Linear client over real HTTP: against a small stand-in that can misbehave in every known way, and against the sandbox.
#![cfg(test)]

mod creating;
mod documents;
mod following;
mod limits;
mod outcomes;
mod sandbox;
mod stand_in;
mod updating;
