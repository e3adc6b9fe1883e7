//! A conversation as an open page shows it, by the stream of patches that it gets.
use futures::{Stream, StreamExt as _};
use std::{pin::Pin, time::Duration};

const PATIENCE: Duration = Duration::from_secs(60);

/// A message of the assistant, in one of its shapes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shown {
    pub id: String,
    pub words: String,
}

pub struct OpenPage {
    stream: Pin<Box<dyn Stream<Item = Vec<u8>> + Send>>,
    unread: Vec<u8>,
    /// All that was shown, in its order.
    pub shown: Vec<Shown>,
}

impl OpenPage {
    pub async fn open(dashboard: &str, conversation: &str) -> Self {
        let url = format!("{dashboard}/events?scope=conversation:{conversation}");
        let answer = reqwest::get(url).await.expect("an answer");
        let answer = answer.error_for_status().expect("a stream");
        let bytes = answer.bytes_stream();
        Self {
            stream: Box::pin(bytes.map(|bytes| bytes.expect("it goes on").to_vec())),
            unread: Vec::new(),
            shown: Vec::new(),
        }
    }

    /// Reads on until the message that came last has just these words.
    pub async fn sees(&mut self, words: &str) {
        let reading = async {
            while self.shown.last().is_none_or(|last| last.words != words) {
                let frame = self.frame().await;
                self.shown.extend(messages(&frame));
            }
        };
        let read = tokio::time::timeout(PATIENCE, reading).await;
        assert!(
            read.is_ok(),
            "no {words:?} within {PATIENCE:?}: {:?}",
            self.shown
        );
    }

    /// The next event, without its field names.
    async fn frame(&mut self) -> String {
        loop {
            if let Some(end) = self.unread.windows(2).position(|it| it == b"\n\n") {
                let frame: Vec<u8> = self.unread.drain(..end + 2).collect();
                let frame = String::from_utf8(frame).expect("text");
                let data = frame.lines().filter_map(|line| line.strip_prefix("data: "));
                return data.collect::<Vec<_>>().join("\n");
            }
            let more = self.stream.next().await.expect("the stream goes on");
            self.unread.extend(more);
        }
    }
}

/// The assistant's messages in a patch.
fn messages(html: &str) -> Vec<Shown> {
    let items = html.split("<li id=\"msg-").skip(1);
    let message = |item: &str| {
        let (id, rest) = item.split_once('"')?;
        let (_, prose) = rest.split_once("<div class=\"prose\">")?;
        let (prose, _) = prose.split_once("</div>")?;
        let (id, words) = (id.to_owned(), without_tags(prose));
        Some(Shown { id, words })
    };
    items.filter_map(message).collect()
}

fn without_tags(html: &str) -> String {
    let pieces = html.split('<').enumerate();
    let words = pieces.filter_map(|(n, piece)| match n {
        0 => Some(piece),
        _ => piece.split_once('>').map(|(_, words)| words),
    });
    words.collect::<String>().trim().to_owned()
}
