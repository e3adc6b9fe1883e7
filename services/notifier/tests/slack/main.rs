//! The Slack client over real HTTP: against a small stand-in that can misbehave in every known way.
#![cfg(test)]

mod outcomes;
mod posting;
mod sandbox;
mod stand_in;
