//! What the spawner does about events. Adding a reactor is one file and one line here.
mod deliver;
mod gather_batch;
mod link_batch;
mod link_issue;
mod mirror_batch;
mod mirror_issue;
mod open_batch;
mod open_story;
mod stop_story;

use crate::Spawner;
use errand_eventlog::subscriber::Subscribers;
use std::sync::Arc;

/// Every subscriber of the spawner.
pub fn subscribers(spawner: &Spawner) -> Subscribers {
    let mut list: Subscribers = vec![
        Arc::new(open_story::OpenStory(spawner.clone())),
        Arc::new(deliver::Deliver(spawner.clone())),
        Arc::new(stop_story::StopStory(spawner.clone())),
        Arc::new(open_batch::OpenBatch(spawner.clone())),
        Arc::new(gather_batch::GatherBatch(spawner.clone())),
    ];
    if let Some(tracker) = &spawner.tracker {
        list.push(Arc::new(link_issue::LinkIssue::new(spawner, tracker)));
        list.push(Arc::new(link_batch::LinkBatch {
            spawner: spawner.clone(),
            tracker: Arc::clone(tracker),
        }));
        list.push(Arc::new(mirror_batch::MirrorBatch {
            spawner: spawner.clone(),
            tracker: Arc::clone(tracker),
        }));
        list.push(Arc::new(mirror_issue::MirrorIssue::new(spawner, tracker)));
    }
    list
}
