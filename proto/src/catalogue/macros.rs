//! One enum per aggregate over the generated messages, so that no second mirror of them is written by hand.

macro_rules! aggregate_events {
    ($(#[$doc:meta])* $name:ident, $kind:ident, $owner:literal, {
        $($event:ident: $meaning:literal),* $(,)?
    }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq)]
        #[allow(clippy::large_enum_variant, reason = "events are moved rarely and boxed nowhere")]
        pub enum $name {
            $(#[doc = $meaning] $event(v1::$event)),*
        }

        impl crate::AggregateEvent for $name {
            const KIND: AggregateKind = AggregateKind::$kind;
            fn full_name(&self) -> &'static str { $name::full_name(self) }
            fn encode(&self) -> Vec<u8> { $name::encode(self) }
        }

        impl $name {
            pub const AGGREGATE: AggregateKind = AggregateKind::$kind;
            pub const TYPES: &'static [EventType] = &[$(EventType {
                name: stringify!($event),
                full_name: concat!("errand.v1.", stringify!($event)),
                aggregate: AggregateKind::$kind,
                owner: $owner,
                meaning: $meaning,
            }),*];

            /// Short name, e.g. `StoryCreated`.
            pub fn name(&self) -> &'static str {
                match self { $(Self::$event(_) => stringify!($event)),* }
            }

            /// Full protobuf name; the `ce-type` header.
            pub fn full_name(&self) -> &'static str {
                match self { $(Self::$event(_) => concat!("errand.v1.", stringify!($event))),* }
            }

            /// The protobuf bytes of the message itself.
            pub fn encode(&self) -> Vec<u8> {
                match self { $(Self::$event(m) => prost::Message::encode_to_vec(m)),* }
            }

            /// # Errors
            /// The type is not of this aggregate, or the bytes are not that message.
            pub fn decode(event_type: &str, bytes: &[u8]) -> Result<Self, DecodeError> {
                match event_type {
                    $(concat!("errand.v1.", stringify!($event)) => prost::Message::decode(bytes)
                        .map(Self::$event)
                        .map_err(|source| DecodeError::Payload {
                            event_type: event_type.to_owned(),
                            source,
                        }),)*
                    _ => Err(DecodeError::UnknownType(event_type.to_owned())),
                }
            }

            /// Proto3 JSON of the message, for people.
            pub fn to_json(&self) -> serde_json::Value {
                match self { $(Self::$event(m) => crate::to_json(m)),* }
            }

            /// Reads what [`Self::to_json`] wrote.
            ///
            /// # Errors
            /// The name is not of this aggregate, or the value does not fit the message.
            pub fn from_json(name: &str, value: serde_json::Value) -> Result<Self, serde_json::Error> {
                match name {
                    $(stringify!($event) => {
                        serde_json::from_value::<Json<v1::$event>>(value).map(|m| Self::$event(m.0))
                    })*
                    _ => Err(serde::de::Error::custom(format!("unknown event {name}"))),
                }
            }
        }

        $(impl From<v1::$event> for $name {
            fn from(message: v1::$event) -> Self { Self::$event(message) }
        })*

        impl From<$name> for Event {
            fn from(event: $name) -> Self { Self::$kind(event) }
        }

        impl TryFrom<Event> for $name {
            type Error = Event;
            fn try_from(event: Event) -> Result<Self, Event> {
                match event {
                    Event::$kind(event) => Ok(event),
                    other => Err(other),
                }
            }
        }

        impl cqrs_es::DomainEvent for $name {
            fn event_type(&self) -> String { self.name().to_owned() }
            fn event_version(&self) -> String { EVENT_VERSION.to_owned() }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                (self.name(), self.to_json()).serialize(serializer)
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let (name, value) = <(String, serde_json::Value)>::deserialize(deserializer)?;
                Self::from_json(&name, value).map_err(serde::de::Error::custom)
            }
        }
    };
}
