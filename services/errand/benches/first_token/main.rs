//! From a person's message to the first token in the chat, with a thousand conversations at once that all spawn: p50
//! and p99, beside the very same requests put to the model's stand-in directly by the same client.
//!
//! The log is the embedded one, the stand-in a process of its own. `cargo bench -p errand --bench first_token`; a number
//! behind `--` is another crowd.
#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    reason = "a benchmark that cannot go on says so by panicking"
)]
mod crowd;
mod overheard;
mod stand_in;

use crowd::Crowd;
use errand_chat::llm::{GenaiModel, LanguageModel, LlmEvent};
use futures::{StreamExt, future::join_all};
use overheard::{Overheard, Requests};
use stand_in::StandIn;
use std::{
    sync::Arc,
    time::{Duration, Instant},
};

const USUAL_CROWD: usize = 1_000;
/// The chat may add so much to the stand-in's own p99.
const AIM: Duration = Duration::from_millis(50);

fn main() {
    // `cargo test --benches` only wants to know that it builds.
    if std::env::args().any(|a| a == "--test") {
        return;
    }
    let _ = rustls::crypto::ring::default_provider().install_default();
    let number = std::env::args().skip(1).find_map(|word| word.parse().ok());
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(measure(number.unwrap_or(USUAL_CROWD)));
}

async fn measure(people: usize) {
    let folder = tempfile::tempdir().unwrap();
    let stand_in = StandIn::start(&folder.path().join("sandbox"));
    let model = Arc::new(Overheard::new(stand_in.model()));
    // Connections and caches are warm for both, and it is known what is asked.
    let rehearsal = Crowd::start(&folder.path().join("rehearsal"), model.clone(), people).await;
    rehearsal.speak().await;
    rehearsal.stop().await;
    let own = alone(&model.model, &model.take()).await;
    let crowd = Crowd::start(&folder.path().join("crowd"), model.clone(), people).await;
    let spoken = crowd.speak().await;
    let asked = model.take();
    let first_asked = |words: &String| asked[words][0].0;
    let until_asked = sorted(
        spoken
            .iter()
            .map(|(began, words, _)| first_asked(words) - *began),
    );
    let chat = sorted(spoken.iter().map(|(began, _, token)| *token - *began));
    let [own_p99, chat_p99] = [&own, &chat].map(|times| at(times, 99));
    println!(
        "{people} conversations at once, first token: stand-in p50 {:.1} ms, p99 {:.1} ms | chat p50 {:.1} ms, p99 {:.1} ms, \
         of these until it asks the model p50 {:.1} ms, p99 {:.1} ms | the chat adds {:.1} ms to the p99 (aim {AIM:?}), {:.2}x",
        ms(at(&own, 50)),
        ms(own_p99),
        ms(at(&chat, 50)),
        ms(chat_p99),
        ms(at(&until_asked, 50)),
        ms(at(&until_asked, 99)),
        ms(chat_p99) - ms(own_p99),
        ms(chat_p99) / ms(own_p99),
    );
    crowd.all_spawned_once().await;
    crowd.stop().await;
}

/// The same requests without the chat, a reply's second after its first has ended: the time to each first token.
async fn alone(model: &GenaiModel, requests: &Requests) -> Vec<Duration> {
    let asking = requests.values().map(|rounds| async move {
        let began = Instant::now();
        let mut first = None;
        for (_, request) in rounds {
            let mut reply = model.stream(request.clone()).await.expect("a reply");
            while let Some(event) = reply.next().await {
                if let LlmEvent::Text(_) = event.expect("a whole reply") {
                    first.get_or_insert_with(|| began.elapsed());
                }
            }
        }
        first.expect("words")
    });
    sorted(join_all(asking).await.into_iter())
}

fn sorted(times: impl Iterator<Item = Duration>) -> Vec<Duration> {
    let mut times: Vec<_> = times.collect();
    times.sort_unstable();
    times
}

/// What person `n` says.
fn words(n: usize) -> String {
    format!("build contact form number {n}")
}

fn at(sorted: &[Duration], percent: usize) -> Duration {
    sorted[(sorted.len() * percent / 100).min(sorted.len() - 1)]
}

fn ms(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}
