//! How a stream differs from what it must be, field by field, and who may mend it.
use async_nats::jetstream::stream::Config;
use std::fmt::Debug;

/// One field of a stream.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Difference {
    pub field: &'static str,
    pub found: String,
    pub wanted: String,
    /// The command that mends it; `None` when it may be changed without asking.
    pub command: Option<String>,
}

impl Difference {
    pub fn text(&self) -> String {
        let Self {
            field,
            found,
            wanted,
            ..
        } = self;
        format!("has {field} {found} where Errand needs {wanted}")
    }
}

type Field = (&'static str, String);

/// All differences of the fields that matter to the log.
pub(crate) fn differences(found: &Config, wanted: &Config) -> Vec<Difference> {
    let free = compare(changeable(found), changeable(wanted), |_| None);
    let rebuild = || Some(rebuild(&wanted.name));
    let bound = compare(unchangeable(found), unchangeable(wanted), |_| rebuild());
    // What was promised once cannot be taken back.
    let promised = compare(promises(found), promises(wanted), |difference| {
        (difference.found == "true").then(rebuild).flatten()
    });
    let fewer = found.num_replicas > wanted.num_replicas;
    let replicas = |config: &Config| [text("num_replicas", &config.num_replicas)];
    let replicas = compare(replicas(found), replicas(wanted), |_| {
        fewer.then(|| give_up_replicas(found, wanted))
    });
    [free, bound, promised, replicas].concat()
}

fn compare<const N: usize>(
    found: [Field; N],
    wanted: [Field; N],
    command: impl Fn(&Difference) -> Option<String>,
) -> Vec<Difference> {
    let differing = found.into_iter().zip(wanted).filter(|(f, w)| f.1 != w.1);
    let difference = |((field, found), (_, wanted))| {
        let mut difference = Difference {
            field,
            found,
            wanted,
            command: None,
        };
        difference.command = command(&difference);
        difference
    };
    differing.map(difference).collect()
}

fn text(field: &'static str, value: &dyn Debug) -> Field {
    (field, format!("{value:?}"))
}

fn changeable(config: &Config) -> [Field; 9] {
    [
        text("subjects", &config.subjects),
        text("max_age", &config.max_age),
        text("max_msgs", &config.max_messages),
        text("max_bytes", &config.max_bytes),
        text("max_msgs_per_subject", &config.max_messages_per_subject),
        text("max_msg_size", &config.max_message_size),
        text("discard", &config.discard),
        text("allow_direct", &config.allow_direct),
        text("allow_atomic", &config.allow_atomic_publish),
    ]
}

fn unchangeable(config: &Config) -> [Field; 4] {
    [
        text("storage", &config.storage),
        text("retention", &config.retention),
        text("max_consumers", &config.max_consumers),
        // Guards would be held against the subjects before it.
        text("subject_transform", &config.subject_transform.is_some()),
    ]
}

fn promises(config: &Config) -> [Field; 3] {
    [
        text("deny_delete", &config.deny_delete),
        text("deny_purge", &config.deny_purge),
        text("allow_msg_ttl", &config.allow_message_ttl),
    ]
}

fn rebuild(name: &str) -> String {
    format!(
        "save it with: nats stream backup {name} ./{name}.backup; then remove it with: nats stream rm {name}; \
         then start Errand, which makes a new one"
    )
}

fn give_up_replicas(found: &Config, wanted: &Config) -> String {
    format!(
        "start Errand with {} replicas, or give some up with: nats stream edit {} --replicas {}",
        found.num_replicas, wanted.name, wanted.num_replicas
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{subjects::Subjects, topology};

    fn wanted(replicas: usize) -> Config {
        topology::wanted(topology::Stream::Events, &Subjects::new(None), replicas)
    }

    #[test]
    fn more_replicas_are_added_and_fewer_are_a_persons_decision() {
        let added = differences(&wanted(1), &wanted(3));
        assert_eq!((added.len(), &added[0].command), (1, &None));
        let removed = differences(&wanted(3), &wanted(1));
        let command = removed[0].command.clone().unwrap();
        assert!(
            command.contains("nats stream edit EVT --replicas 1"),
            "{command}"
        );
    }

    #[test]
    fn a_promise_can_be_given_later_but_not_taken_back() {
        let open = Config {
            deny_delete: false,
            ..wanted(1)
        };
        assert_eq!(differences(&open, &wanted(1))[0].command, None);
        assert!(differences(&wanted(1), &open)[0].command.is_some());
    }
}
