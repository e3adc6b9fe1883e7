//! The log and the read models, wherever they are.
use super::plan::{LogPlace, Plan, ViewsPlace};
use anyhow::Context;
use errand_eventlog::{
    DeadLetters, EventLog, JobQueue,
    embedded::{EmbeddedLog, EmbeddedOptions},
    live::{InProcess, Live},
};
use errand_nats::NatsLog;
use errand_projections::{Db, Projections, Projector};
use std::{path::Path, sync::Arc};

pub struct Stores {
    pub log: Arc<dyn EventLog>,
    pub queue: Arc<dyn JobQueue>,
    pub dead_letters: Arc<dyn DeadLetters>,
    pub live: Arc<dyn Live>,
    engine: Engine,
    /// Where a role of this process reads or fills the read models.
    pub projector: Option<Projector>,
}

enum Engine {
    Embedded(Arc<EmbeddedLog>),
    Nats(Arc<NatsLog>),
}

impl Stores {
    /// # Errors
    /// A server is not there or not fit; or the directory is used by another process, cannot be written, or holds
    /// something newer.
    pub async fn open(plan: &Plan) -> anyhow::Result<Self> {
        let data = &plan.data;
        std::fs::create_dir_all(data)
            .with_context(|| format!("the data directory {} cannot be made", data.display()))?;
        let mut stores = match &plan.log {
            LogPlace::Embedded => {
                Self::embedded(EmbeddedLog::open(data, EmbeddedOptions::default())?)
            }
            LogPlace::Nats(options) => Self::nats(NatsLog::connect(options.clone()).await?),
        };
        stores.projector = views(&plan.views, data)
            .await?
            .map(|db| Projector::new(db, Arc::clone(&stores.log), Projections::all()));
        Ok(stores)
    }

    fn embedded(log: Arc<EmbeddedLog>) -> Self {
        Self {
            log: log.clone(),
            queue: log.clone(),
            dead_letters: log.clone(),
            live: Arc::new(InProcess::default()),
            engine: Engine::Embedded(log),
            projector: None,
        }
    }

    fn nats(log: Arc<NatsLog>) -> Self {
        Self {
            log: log.clone(),
            queue: log.clone(),
            dead_letters: log.clone(),
            live: log.live(),
            engine: Engine::Nats(log),
            projector: None,
        }
    }

    /// The way to other processes, if there can be any.
    pub fn bus(&self) -> Option<&Arc<NatsLog>> {
        match &self.engine {
            Engine::Embedded(_) => None,
            Engine::Nats(log) => Some(log),
        }
    }

    pub async fn close(&self) {
        if let Some(projector) = &self.projector {
            projector.db().close().await;
        }
        if let Engine::Embedded(log) = &self.engine {
            log.close().await;
        }
    }
}

async fn views(place: &ViewsPlace, data: &Path) -> anyhow::Result<Option<Db>> {
    let file = data.join("views.sqlite");
    Ok(match place {
        ViewsPlace::Nowhere => None,
        ViewsPlace::Embedded => Some(Db::open(&file).await.context(
            "the read models cannot be opened; they may be deleted, they are made again from the log",
        )?),
        ViewsPlace::Postgres(options) => Some(Db::connect(options).await?),
    })
}
