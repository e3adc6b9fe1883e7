//! Creates the streams that are missing and changes those that differ, as far as that loses nothing.
use crate::{
    difference::differences,
    error::ConnectError,
    limits::{FIRST_PAUSE, MAX_REOPENINGS},
    subjects::Subjects,
    topology::{LOG_ID, Stream, wanted},
    watched::Watched,
};
use async_nats::jetstream::{
    Context,
    context::{CreateStreamErrorKind, GetStreamErrorKind},
    stream::Config,
};
use uuid::Uuid;

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
        config
            .metadata
            .insert(LOG_ID.into(), Uuid::new_v4().to_string());
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
    let action = || format!("look at the stream {name}");
    let api = format!("$JS.API.STREAM.INFO.{name}");
    match watched.answered(&api, js.get_stream(name)).await {
        Err(detail) => Err(ConnectError::Permission {
            action: action(),
            detail,
        }),
        Ok(Ok(stream)) => Ok(Some(stream.cached_info().config.clone())),
        Ok(Err(error)) => match error.kind() {
            GetStreamErrorKind::JetStream(e) if e.code() == 404 => Ok(None),
            _ => Err(refused(action(), &error)),
        },
    }
}

/// `false` when it should be looked at again.
async fn create(js: &Context, watched: &Watched, config: &Config) -> Result<bool, ConnectError> {
    const NAME_IN_USE: u64 = 10058;
    let api = format!("$JS.API.STREAM.CREATE.{}", config.name);
    let create = watched.answered(&api, js.create_stream(config.clone()));
    match create.await {
        Err(_) => Err(ConnectError::AdminNeeded {
            stream: config.name.clone(),
            problem: "is missing".into(),
            action: "create",
        }),
        Ok(Ok(_)) => Ok(true),
        Ok(Err(error)) => match error.kind() {
            CreateStreamErrorKind::JetStream(e)
                if e.code() == 503 || e.error_code().0 == NAME_IN_USE =>
            {
                Ok(false)
            }
            _ => Err(refused(
                format!("create the stream {}", config.name),
                &error,
            )),
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
    // A stream that a person made has no identity yet.
    let mut metadata = wanted.metadata.clone();
    let unnamed = metadata.keys().any(|key| !found.metadata.contains_key(key));
    if differences.is_empty() && !unnamed {
        return Ok(());
    }
    let mut problem = "has no identity in its metadata".to_owned();
    for difference in differences {
        problem = difference.text();
        if let Some(command) = difference.command {
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
    metadata.extend(found.metadata);
    let changed = Config {
        // The log's identity stays, and so do settings that are not ours.
        metadata,
        placement: found.placement,
        republish: found.republish,
        sources: found.sources,
        ..wanted
    };
    let api = format!("$JS.API.STREAM.UPDATE.{}", changed.name);
    let updated = watched.answered(&api, js.update_stream(&changed)).await;
    updated
        .map_err(|_| ConnectError::AdminNeeded {
            stream: changed.name.clone(),
            problem,
            action: "change",
        })?
        .map_err(|error| refused(action, &error))?;
    Ok(())
}

fn refused(action: String, error: &dyn std::fmt::Display) -> ConnectError {
    ConnectError::Refused {
        action,
        detail: error.to_string(),
    }
}
