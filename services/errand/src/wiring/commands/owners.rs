//! What this process owns: aggregates, and what belongs to the projector.
use super::{
    Carrier, Order, Outcome, conversations, order::Request, projections::Projections, queue,
    sessions, stories,
};
use async_trait::async_trait;
use errand_chat::Desk;
use errand_dashboard::CommandError;
use errand_eventlog::{JobQueue, aggregate::Aggregates};
use errand_executor::session::Session;
use errand_spawner::story::Story;
use std::sync::Arc;

/// Each is there when its role runs in this process.
#[derive(Clone, Default)]
pub struct Owners {
    pub desk: Option<Desk>,
    pub stories: Option<Aggregates<Story>>,
    pub sessions: Option<Aggregates<Session>>,
    /// Only an executor may write to it.
    pub queue: Option<Arc<dyn JobQueue>>,
    pub projections: Option<Projections>,
}

#[async_trait]
impl Carrier for Owners {
    async fn carry_out(&self, order: Order) -> Result<Outcome, CommandError> {
        let (meta, owner) = (order.meta(), order.owner());
        let absent =
            || CommandError::Unavailable(format!("the {owner} does not run in this process"));
        match order.request {
            Request::Chat(request) => {
                let desk = self.desk.as_ref().ok_or_else(absent)?;
                conversations::carry_out(desk, request).await
            }
            Request::Story { id, user, request } => {
                let stories = self.stories.as_ref().ok_or_else(absent)?;
                let done = stories::carry_out(stories, &id, user, request, meta);
                done.await.map(Outcome::Done)
            }
            Request::Session { id, user, request } => {
                let sessions = self.sessions.as_ref().ok_or_else(absent)?;
                let done = sessions::carry_out(sessions, &id, user, request, &meta);
                done.await.map(Outcome::Done)
            }
            Request::Queue(request) => {
                let jobs = self.queue.as_ref().ok_or_else(absent)?;
                let done = queue::carry_out(jobs.as_ref(), request).await;
                done.map(|()| Outcome::InForce)
            }
            Request::Letter { id, request } => {
                let projections = self.projections.as_ref().ok_or_else(absent)?;
                projections.letter(id, request).await.map(Outcome::Found)
            }
            Request::RollCall { .. } => Ok(Outcome::Present),
            Request::Rebuild { projection } => {
                let projections = self.projections.as_ref().ok_or_else(absent)?;
                projections.rebuild(projection).map(|()| Outcome::Begun)
            }
        }
    }
}
