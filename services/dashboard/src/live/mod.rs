//! Open pages kept up to date by server-sent events.
//!
//! Everybody who looks at the same thing sits in one [`room`]: it renders once for all, sends what differs from
//! before, and gives everything to those who come or have fallen behind. Nothing can be lost that way, whatever
//! `Last-Event-ID` says.
mod frame;
mod listen;
mod overlay;
mod replies;
mod room;
mod rooms;
mod stream;
mod words;

pub use rooms::Rooms;
pub use stream::events;
