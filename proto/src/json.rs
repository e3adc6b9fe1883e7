//! Proto3 JSON over the embedded descriptor set, so that newer fields and enum numbers survive.
use prost_reflect::{DescriptorPool, DeserializeOptions, DynamicMessage, MessageDescriptor};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _, ser::Error as _};
use std::sync::LazyLock;

static DESCRIPTORS: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/descriptors.bin"));

#[expect(
    clippy::expect_used,
    reason = "the bytes were written by our own build script"
)]
static POOL: LazyLock<DescriptorPool> =
    LazyLock::new(|| DescriptorPool::decode(DESCRIPTORS).expect("descriptors from build.rs"));

/// The descriptors of every message, for documents and checks generated from them.
pub fn descriptor_pool() -> &'static DescriptorPool {
    &POOL
}

fn descriptor<M: prost::Name>() -> Option<MessageDescriptor> {
    POOL.get_message_by_name(&M::full_name())
}

/// Gives any generated message serde's traits, as proto3 JSON.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Json<M>(pub M);

/// The proto3 JSON of a message; `null` if the message is not described, which cannot be for ours.
pub fn to_json<M: prost::Message + prost::Name + Clone>(message: &M) -> serde_json::Value {
    serde_json::to_value(Json(message.clone())).unwrap_or(serde_json::Value::Null)
}

impl<M: prost::Message + prost::Name> Serialize for Json<M> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let descriptor =
            descriptor::<M>().ok_or_else(|| S::Error::custom("message is not described"))?;
        DynamicMessage::decode(descriptor, self.0.encode_to_vec().as_slice())
            .map_err(S::Error::custom)?
            .serialize(serializer)
    }
}

impl<'de, M: prost::Message + prost::Name + Default> Deserialize<'de> for Json<M> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let descriptor =
            descriptor::<M>().ok_or_else(|| D::Error::custom("message is not described"))?;
        let options = DeserializeOptions::new().deny_unknown_fields(false);
        DynamicMessage::deserialize_with_options(descriptor, deserializer, &options)?
            .transcode_to()
            .map(Json)
            .map_err(D::Error::custom)
    }
}
