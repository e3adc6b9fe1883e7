//! The API's records, for its OpenAPI document and for clients written in Rust. A test holds them equal to what the
//! read models serialise.
mod batch;
mod conversation;
mod session;
mod story;
mod system;

pub use batch::{Batch, BatchStory, Batches};
pub use conversation::{Action, Conversation, Conversations, Found, Message, Messages};
pub use session::{
    Attachment, Changes, FileChange, Input, PlanStep, Session, SessionDetail, Sessions, ToolCall,
    Turn, Usage,
};
pub use story::{Stories, Story};
pub use system::{
    Accepted, DeadLetter, DeadLetters, Done, Events, Group, Health, Pause, PriorityState, Project,
    Projection, QueueState, QueuedJob, Redriven, SpawnedStory,
};
