//! What each role's NATS user may publish and subscribe to, as data.
//!
//! NATS has no wildcard for a part of a token. So a role may make readers under any name, and is denied by name the
//! consumers of groups that are not its own; a group must therefore be known to [`permissions`].
//! The subject `$JS.API.CONSUMER.CREATE.<stream>` is granted to nobody but the admin: the consumer's name is in the
//! body there, where no permission sees it.
use crate::{Role, subjects::Subjects, topology::Stream};

/// A denial wins over what is allowed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Rule {
    pub allow: Vec<String>,
    pub deny: Vec<String>,
}

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Permissions {
    pub publish: Rule,
    /// `subject queue` allows only members of that queue group.
    pub subscribe: Rule,
}

/// The permissions of a role. `groups` are the names of all groups, whoever they belong to.
pub fn permissions(role: Role, prefix: Option<&str>, groups: &[String]) -> Permissions {
    let mut grants = Grants {
        role,
        subjects: Subjects::new(prefix),
        given: Permissions::default(),
    };
    if role == Role::Admin {
        grants.everything_but_removal();
        return grants.given;
    }
    grants.reading();
    for group in groups {
        match (role, role.has_group(group)) {
            (Role::Subscriber, _) => grants.no_touch(group),
            (_, true) => grants.group(group),
            (_, false) => grants.not_this_group(group),
        }
    }
    grants.own_aggregates();
    if role.serves_requests() {
        grants.answers();
    }
    if role.keeps_letters() {
        grants.letters();
    }
    match role {
        Role::Executor => grants.queue(),
        Role::Dashboard => grants.dashboard(),
        Role::Subscriber => grants.foreign_consumers(),
        _ => {}
    }
    grants.given
}

struct Grants {
    role: Role,
    subjects: Subjects,
    given: Permissions,
}

impl Grants {
    fn publish(&mut self, subject: String) {
        self.given.publish.allow.push(subject);
    }

    fn never_publish(&mut self, subject: String) {
        self.given.publish.deny.push(subject);
    }

    fn subscribe(&mut self, subject: String) {
        self.given.subscribe.allow.push(subject);
    }

    fn api(&mut self, call: &str, stream: Stream) {
        self.publish(self.subjects.api(call, stream));
    }

    /// The stream itself cannot lose a message; this user cannot remove the stream either.
    fn everything_but_removal(&mut self) {
        self.publish(">".into());
        for stream in Stream::ALL {
            self.never_publish(self.subjects.api("STREAM.DELETE", stream));
            self.never_publish(self.subjects.api("STREAM.PURGE", stream));
        }
        self.never_publish(self.subjects.api("STREAM.MSG.DELETE", Stream::Events));
        self.subscribe(">".into());
        for other in Role::ALL.into_iter().filter(|role| *role != self.role) {
            let inbox = self.subjects.replies_to(other.name());
            self.given.subscribe.deny.push(inbox);
        }
    }

    /// Looks at the streams, loads aggregates and reads the log in order.
    fn reading(&mut self) {
        self.subscribe(self.subjects.replies_to(self.role.name()));
        self.publish("$JS.API.INFO".into());
        for stream in Stream::ALL {
            self.api("STREAM.INFO", stream);
        }
        self.api("STREAM.MSG.GET", Stream::Events);
        self.publish(self.subjects.direct_get(Stream::Events));
        self.readers(Stream::Events);
        self.api("CONSUMER.LIST", Stream::Events);
        self.api("CONSUMER.LIST", Stream::Redriven);
    }

    /// Short-lived consumers, which have names that nobody knows before.
    fn readers(&mut self, stream: Stream) {
        for call in ["CONSUMER.CREATE", "CONSUMER.MSG.NEXT", "CONSUMER.DELETE"] {
            self.publish(self.subjects.consumer_api(call, stream, "*"));
        }
    }

    /// The consumers of a group, their acknowledgements, and letters for what it gives up.
    fn group(&mut self, group: &str) {
        for stream in [Stream::Events, Stream::Redriven] {
            let create = self.subjects.consumer_api("CONSUMER.CREATE", stream, group);
            // The subject also names the filter when there is just one.
            self.publish(format!("{create}.>"));
            self.publish(create);
            for call in ["CONSUMER.INFO", "CONSUMER.MSG.NEXT"] {
                self.publish(self.subjects.consumer_api(call, stream, group));
            }
            self.acknowledgements(stream, group);
        }
        self.never_publish(
            self.subjects
                .consumer_api("CONSUMER.DELETE", Stream::Events, group),
        );
        self.publish(self.subjects.letters_of(group));
    }

    fn acknowledgements(&mut self, stream: Stream, consumer: &str) {
        for subject in self.subjects.acknowledgements(stream, consumer) {
            self.publish(subject);
        }
    }

    /// Takes back what [`Grants::readers`] gave too much.
    fn not_this_group(&mut self, group: &str) {
        for call in ["CONSUMER.CREATE", "CONSUMER.MSG.NEXT", "CONSUMER.DELETE"] {
            self.never_publish(self.subjects.consumer_api(call, Stream::Events, group));
        }
    }

    fn own_aggregates(&mut self) {
        for kind in self.role.owns() {
            self.publish(self.subjects.kind(kind));
            self.publish(self.subjects.live(&format!("{}.>", kind.as_str())));
        }
    }

    fn answers(&mut self) {
        let service = self.role.name();
        let requests = self.subjects.requests(service);
        self.subscribe(format!("{requests} {service}"));
        self.publish(self.subjects.replies_to("*"));
    }

    fn queue(&mut self) {
        self.publish(self.subjects.jobs());
        self.api("STREAM.MSG.GET", Stream::Jobs);
        self.readers(Stream::Jobs);
    }

    fn letters(&mut self) {
        self.api("STREAM.MSG.GET", Stream::Letters);
        self.api("STREAM.MSG.DELETE", Stream::Letters);
        self.publish(self.subjects.letters());
        self.publish(self.subjects.redriven_to("*"));
        for call in ["CONSUMER.CREATE", "CONSUMER.MSG.NEXT"] {
            let collector = crate::letters::COLLECTOR;
            self.publish(
                self.subjects
                    .consumer_api(call, Stream::Advisories, collector),
            );
        }
        self.acknowledgements(Stream::Advisories, crate::letters::COLLECTOR);
    }

    /// Sees the queue and the letters, and asks others to change something.
    fn dashboard(&mut self) {
        self.api("STREAM.MSG.GET", Stream::Letters);
        self.readers(Stream::Jobs);
        self.subscribe(self.subjects.live(">"));
        for role in Role::ALL.into_iter().filter(|role| role.serves_requests()) {
            self.publish(self.subjects.requests(role.name()));
        }
    }

    /// Consumers on the events under any name that is not a group's, by way of the clients of any language.
    fn foreign_consumers(&mut self) {
        // Where clients expect answers unless they are told otherwise.
        self.subscribe("_INBOX.>".into());
        self.publish("$JS.API.STREAM.NAMES".into());
        self.api("CONSUMER.NAMES", Stream::Events);
        for call in ["CONSUMER.INFO", "CONSUMER.DURABLE.CREATE"] {
            self.publish(self.subjects.consumer_api(call, Stream::Events, "*"));
        }
        let create = self
            .subjects
            .consumer_api("CONSUMER.CREATE", Stream::Events, "*");
        self.publish(format!("{create}.>"));
        self.acknowledgements(Stream::Events, "*");
        self.publish(self.subjects.flow_control(Stream::Events));
    }

    fn no_touch(&mut self, group: &str) {
        let stream = Stream::Events;
        for call in ["CONSUMER.*", "CONSUMER.*.*"] {
            self.never_publish(self.subjects.consumer_api(call, stream, group));
        }
        let create = self.subjects.consumer_api("CONSUMER.CREATE", stream, group);
        self.never_publish(format!("{create}.>"));
        for subject in self.subjects.acknowledgements(stream, group) {
            self.never_publish(subject);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GROUPS: [&str; 2] = ["chat-answer-message", "spawner-deliver"];

    fn of(role: Role) -> Permissions {
        permissions(role, Some("p"), &GROUPS.map(str::to_owned))
    }

    #[test]
    fn events_are_published_by_the_owner_of_their_aggregate_and_nobody_else() {
        let appends = |role| {
            let mut allowed = of(role).publish.allow;
            allowed.retain(|subject| subject.starts_with("p.evt."));
            allowed
        };
        assert_eq!(appends(Role::Chat), ["p.evt.*.conversation.*"]);
        assert_eq!(
            appends(Role::Spawner),
            ["p.evt.*.story.*", "p.evt.*.batch.*"]
        );
        for role in [Role::Projector, Role::Dashboard, Role::Subscriber] {
            assert_eq!(appends(role), [""; 0], "{}", role.name());
        }
    }

    #[test]
    fn a_consumers_name_is_never_left_to_the_body() {
        for role in Role::ALL.into_iter().filter(|role| *role != Role::Admin) {
            let hidden = ["$JS.API.CONSUMER.CREATE.p_EVT", "$JS.API.CONSUMER.CREATE.*"];
            let allowed = of(role).publish.allow;
            assert!(
                !allowed
                    .iter()
                    .any(|subject| hidden.contains(&subject.as_str()))
            );
        }
    }

    #[test]
    fn replies_are_heard_only_by_those_who_asked() {
        for role in Role::ALL.into_iter().filter(|role| *role != Role::Admin) {
            let heard = of(role).subscribe.allow;
            let own = format!("p.inbox.{}.>", role.name());
            let inboxes: Vec<_> = heard.iter().filter(|s| s.contains("inbox")).collect();
            assert_eq!(inboxes, [&own]);
        }
    }
}
