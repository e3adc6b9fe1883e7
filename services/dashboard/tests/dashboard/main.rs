//! The dashboard as people and programs meet it.
#![allow(clippy::unwrap_used, reason = "a test may panic")]
mod support;

mod access;
mod api;
mod api_errors;
mod chat;
mod dead_letters;
mod forms;
mod guards;
mod live;
mod markdown;
mod openapi;
mod pages;
mod records;
