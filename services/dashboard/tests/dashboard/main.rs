//! The dashboard as people and programs meet it.
#![allow(clippy::unwrap_used, reason = "a test may panic")]
mod support;

mod access;
mod api;
mod api_errors;
mod audit;
mod batches;
mod chat;
mod conversations;
mod dead_letters;
mod events;
mod forms;
mod guards;
mod health;
mod live;
mod markdown;
mod openapi;
mod pages;
mod past;
mod records;
