//! The dashboard as people and programs meet it.
mod support;

mod pages;
