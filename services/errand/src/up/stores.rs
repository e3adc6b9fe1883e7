//! The log and the read models in one data directory.
use anyhow::Context;
use errand_eventlog::{
    EventLog,
    embedded::{EmbeddedLog, EmbeddedOptions},
};
use errand_projections::{Db, Projections, Projector};
use std::{path::Path, sync::Arc};

pub struct Stores {
    pub embedded: Arc<EmbeddedLog>,
    pub log: Arc<dyn EventLog>,
    pub projector: Projector,
}

impl Stores {
    /// # Errors
    /// The directory is used by another process, cannot be written, or holds something newer.
    pub async fn open(data: &Path) -> anyhow::Result<Self> {
        std::fs::create_dir_all(data)
            .with_context(|| format!("the data directory {} cannot be made", data.display()))?;
        let embedded = EmbeddedLog::open(data, EmbeddedOptions::default())?;
        let log: Arc<dyn EventLog> = embedded.clone();
        let db = Db::open(&data.join("views.sqlite"))
            .await
            .context("the read models cannot be opened; they may be deleted, they are made again from the log")?;
        let projector = Projector::new(db, Arc::clone(&log), Projections::all());
        Ok(Self {
            embedded,
            log,
            projector,
        })
    }

    pub async fn close(&self) {
        self.projector.db().close().await;
        self.embedded.close().await;
    }
}
