//! The script of the codegen kind: survey, choose, write, test, look at the result.
//!
//! One file per thing that can be added; [`catalogue`] lists them. What the catalogue does not have becomes a
//! scaffold: a document that says what was asked for and where it would go, and claims nothing else.

mod catalogue;
mod change;
mod contact_form;
mod dark_mode;
mod email_capture;
mod html_edit;
mod readme;
mod scaffold;
mod script;
mod site;
mod widget;

pub(super) use script::play;
