//! The Linear client over real HTTP: against a small stand-in that can misbehave in every known way.
#![cfg(test)]

mod creating;
mod documents;
mod limits;
mod outcomes;
mod sandbox;
mod stand_in;
mod updating;
