//! Creates the streams that are missing and changes those that differ, as far as that loses nothing.
use crate::{
    connect::Watched,
    error::ConnectError,
    limits::{FIRST_PAUSE, MAX_REOPENINGS},
    subjects::Subjects,
    topology::{LOG_ID, Stream, wanted},
};
use async_nats::jetstream::{
    Context,
    context::{CreateStreamErrorKind, GetStreamErrorKind},
    stream::Config,
};
use std::fmt::Debug;
use uuid::Uuid;

/// What to do about a difference.
enum Mend {
    Change,
    /// A person must do it, with this command.
    Refuse(String),
}

struct Difference {
    field: &'static str,
    found: String,
    wanted: String,
    mend: Mend,
}

/// Makes the stream as it must be.
pub(crate) async fn ensure(
    js: &Context,
    watched: &Watched,
    stream: Stream,
    subjects: &Subjects,
    replicas: usize,
) -> Result<(), ConnectError> {
    let mut config = wanted(stream, subjects, replicas);
    if stream == Stream::Events {
        config.metadata.insert(LOG_ID.into(), Uuid::new_v4().to_string());
    }
    let mut pause = FIRST_PAUSE;
    for _ in 0..MAX_REOPENINGS {
        let Some(found) = find(js, watched, &config.name).await? else {
            match create(js, watched, &config).await? {
                true => return Ok(()),
                // Somebody else made it meanwhile, or a cluster is still choosing its leader.
                false => tokio::time::sleep(pause).await,
            }
            pause *= 2;
            continue;
        };
        return change(js, watched, found, config).await;
    }
    let action = format!("create the stream {}", config.name);
    let detail = "it is neither there nor can it be made".into();
    Err(ConnectError::Refused { action, detail })
}

async fn find(js: &Context, watched: &Watched, name: &str) -> Result<Option<Config>, ConnectError> {
    match js.get_stream(name).await {
        Ok(stream) => Ok(Some(stream.cached_info().config.clone())),
        Err(error) => match error.kind() {
            GetStreamErrorKind::JetStream(e) if e.code() == 404 => Ok(None),
            _ => Err(watched.refused(format!("look at the stream {name}"), &error)),
        },
    }
}

/// `false` when it should be looked at again.
async fn create(js: &Context, watched: &Watched, config: &Config) -> Result<bool, ConnectError> {
    const NAME_IN_USE: u64 = 10058;
    match js.create_stream(config.clone()).await {
        Ok(_) => Ok(true),
        Err(error) => match error.kind() {
            CreateStreamErrorKind::JetStream(e)
                if e.code() == 503 || e.error_code().0 == NAME_IN_USE =>
            {
                Ok(false)
            }
            _ => Err(watched.refused(format!("create the stream {}", config.name), &error)),
        },
    }
}

async fn change(
    js: &Context,
    watched: &Watched,
    found: Config,
    wanted: Config,
) -> Result<(), ConnectError> {
    let differences = differences(&found, &wanted);
    if differences.is_empty() {
        return Ok(());
    }
    for difference in differences {
        if let Mend::Refuse(command) = difference.mend {
            return Err(ConnectError::Topology {
                stream: wanted.name,
                field: difference.field,
                found: difference.found,
                wanted: difference.wanted,
                command,
            });
        }
    }
    let action = format!("change the stream {}", wanted.name);
    let changed = Config {
        // The log's identity stays, and so do settings that are not ours.
        metadata: found.metadata,
        placement: found.placement,
        republish: found.republish,
        sources: found.sources,
        ..wanted
    };
    let updated = js.update_stream(changed).await;
    updated.map_err(|error| watched.refused(action, &error))?;
    Ok(())
}

fn differences(found: &Config, wanted: &Config) -> Vec<Difference> {
    let mut all = Vec::new();
    let mut compare = |field, found: &dyn Debug, wanted: &dyn Debug, mend| {
        let (found, wanted) = (format!("{found:?}"), format!("{wanted:?}"));
        if found != wanted {
            all.push(Difference { field, found, wanted, mend });
        }
    };
    let name = &wanted.name;
    let rebuild = || {
        Mend::Refuse(format!(
            "nats stream backup {name} ./{name}.backup, then nats stream rm {name}, start Errand once and restore the messages"
        ))
    };
    let fewer = || {
        let replicas = wanted.num_replicas;
        Mend::Refuse(format!(
            "start Errand with {} replicas, or give them up with: nats stream edit {name} --replicas {replicas}",
            found.num_replicas
        ))
    };
    compare("storage", &found.storage, &wanted.storage, rebuild());
    compare("retention", &found.retention, &wanted.retention, rebuild());
    compare("max_consumers", &found.max_consumers, &wanted.max_consumers, rebuild());
    compare("subject_transform", &found.subject_transform.is_some(), &false, rebuild());
    let irreversible = |found: bool, wanted: bool| if found && !wanted { rebuild() } else { Mend::Change };
    compare("deny_delete", &found.deny_delete, &wanted.deny_delete, irreversible(found.deny_delete, wanted.deny_delete));
    compare("deny_purge", &found.deny_purge, &wanted.deny_purge, irreversible(found.deny_purge, wanted.deny_purge));
    compare("allow_msg_ttl", &found.allow_message_ttl, &wanted.allow_message_ttl, irreversible(found.allow_message_ttl, wanted.allow_message_ttl));
    let replicas = if found.num_replicas > wanted.num_replicas { fewer() } else { Mend::Change };
    compare("num_replicas", &found.num_replicas, &wanted.num_replicas, replicas);
    compare("subjects", &found.subjects, &wanted.subjects, Mend::Change);
    compare("max_age", &found.max_age, &wanted.max_age, Mend::Change);
    compare("max_msgs", &found.max_messages, &wanted.max_messages, Mend::Change);
    compare("max_bytes", &found.max_bytes, &wanted.max_bytes, Mend::Change);
    compare("max_msgs_per_subject", &found.max_messages_per_subject, &wanted.max_messages_per_subject, Mend::Change);
    compare("max_msg_size", &found.max_message_size, &wanted.max_message_size, Mend::Change);
    compare("discard", &found.discard, &wanted.discard, Mend::Change);
    compare("allow_direct", &found.allow_direct, &wanted.allow_direct, Mend::Change);
    compare("allow_atomic", &found.allow_atomic_publish, &wanted.allow_atomic_publish, Mend::Change);
    compare("compression", &found.compression, &wanted.compression, Mend::Change);
    all
}
