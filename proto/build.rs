//! Compiles the event definitions in pure Rust; generated code lives in the build folder only.
use prost::Message as _;

const FILES: [&str; 6] = [
    "errand/v1/types.proto",
    "errand/v1/conversation.proto",
    "errand/v1/story.proto",
    "errand/v1/batch.proto",
    "errand/v1/session.proto",
    "errand/v1/notification.proto",
];

fn main() -> Result<(), Box<dyn std::error::Error>> {
    println!("cargo:rerun-if-changed=errand");
    let descriptors = protox::compile(FILES, ["."])?;
    let out = std::path::PathBuf::from(std::env::var("OUT_DIR")?);
    std::fs::write(out.join("descriptors.bin"), descriptors.encode_to_vec())?;
    prost_build::Config::new()
        .enable_type_names()
        .compile_fds(descriptors)?;
    Ok(())
}
