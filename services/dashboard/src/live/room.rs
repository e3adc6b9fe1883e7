//! One scope that somebody looks at: rendered once, sent to all.
use super::{
    frame,
    listen::{drain, refresh, spoken, touched},
    overlay::Overlay,
};
use crate::{
    dashboard::Site,
    fragments::{Fragment, Scope, snapshot},
};
use bytes::Bytes;
use errand_eventlog::Seq;
use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};
use tokio::{sync::broadcast, time::Instant};

/// At most one patch in this time: ten a second.
const PATCH_INTERVAL: Duration = Duration::from_millis(100);
/// The inbox is told to every open page, and in the end a number in a badge.
const INBOX_INTERVAL: Duration = Duration::from_secs(1);
/// Patches kept for a slow client; one that falls further behind gets everything afresh.
const BUFFERED_PATCHES: usize = 16;

/// What is shown now.
#[derive(Default)]
struct Shown {
    seq: Seq,
    fragments: Vec<Fragment>,
    /// Everything as one frame; made when first somebody needs it.
    whole: Option<Bytes>,
    rendered: bool,
}

pub struct Room {
    scope: Scope,
    shown: Mutex<Shown>,
    patches: broadcast::Sender<Bytes>,
}

impl Room {
    pub fn new(scope: Scope) -> Self {
        Self {
            scope,
            shown: Mutex::default(),
            patches: broadcast::Sender::new(BUFFERED_PATCHES),
        }
    }

    /// Patches from now on, and everything as it is now unless it is about to be rendered.
    pub fn enter(&self) -> (Option<Bytes>, broadcast::Receiver<Bytes>) {
        let mut shown = self.shown();
        // Under the lock, so that no patch comes between the two.
        let patches = self.patches.subscribe();
        let whole = shown.rendered.then(|| shown.whole());
        (whole, patches)
    }

    pub fn is_empty(&self) -> bool {
        self.patches.receiver_count() == 0
    }

    fn shown(&self) -> std::sync::MutexGuard<'_, Shown> {
        // What is behind it is replaced as a whole, so it is right even after a panic.
        self.shown.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Shows the new state and sends what differs.
    fn show(&self, seq: Seq, fragments: Vec<Fragment>) {
        let mut shown = self.shown();
        let changed = {
            let before: HashMap<_, _> = shown.fragments.iter().map(|f| (&f.id, &f.html)).collect();
            let changed = fragments
                .iter()
                .filter(|f| before.get(&f.id) != Some(&&f.html));
            let changed: Vec<_> = changed.collect();
            (!changed.is_empty()).then(|| frame::patch(seq, changed.into_iter()))
        };
        *shown = Shown {
            seq,
            fragments,
            whole: None,
            rendered: true,
        };
        if let Some(patch) = changed {
            // An error only says that everybody has just left.
            let _ = self.patches.send(patch);
        }
    }

    /// Keeps it up to date until everybody has left or the process stops.
    pub async fn run(self: Arc<Self>, site: Site) {
        let mut changes = site.projector.changes().subscribe();
        let mut signals = site.live.subscribe();
        let topic = self.scope.live_topic();
        let mut overlay = Overlay::of(&self.scope);
        let mut refresh = refresh(&self.scope);
        let always = matches!(self.scope, Scope::Queue | Scope::Health);
        let interval = match self.scope {
            Scope::Inbox => INBOX_INTERVAL,
            _ => PATCH_INTERVAL,
        };
        let mut recorded: Vec<Fragment> = Vec::new();
        let mut stale = true;
        loop {
            let began = Instant::now();
            if stale && let Some((seq, fragments)) = self.read(&site).await {
                recorded = fragments;
                self.shown().seq = seq;
            }
            let mut fragments = recorded.clone();
            overlay.over(&mut fragments);
            let seq = self.shown().seq;
            self.show(seq, fragments);
            tokio::time::sleep_until(began + interval).await;
            stale = tokio::select! {
                () = site.stop.cancelled() => return,
                () = self.patches.closed() => return,
                () = touched(&mut changes, &self.scope) => true,
                _ = refresh.tick(), if always || recorded.iter().any(Fragment::is_moving) => true,
                () = spoken(&mut signals, topic.as_deref(), &mut overlay) => false,
            };
            // What came meanwhile is shown in the same patch.
            stale |= drain(&mut changes, &self.scope);
        }
    }

    /// What is recorded now; `None` keeps what is shown when it cannot be read.
    async fn read(&self, site: &Site) -> Option<(Seq, Vec<Fragment>)> {
        match snapshot(site, &self.scope).await {
            Ok(Some(snapshot)) => Some((snapshot.seq, snapshot.fragments)),
            Ok(None) => None,
            Err(problem) => {
                tracing::warn!(scope = %self.scope, problem = problem.message, "a live page cannot be rendered");
                None
            }
        }
    }
}

impl Shown {
    fn whole(&mut self) -> Bytes {
        let (seq, fragments) = (self.seq, &self.fragments);
        self.whole
            .get_or_insert_with(|| frame::patch(seq, fragments.iter()))
            .clone()
    }
}
