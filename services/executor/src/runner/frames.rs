//! Lines between an agent's pipes and the protocol: bounded, counted, and cleaned of what is not the protocol.
//!
//! The crate of ACP answers a line it cannot read with an error and goes on for ever, and reads a line of any
//! length; so the lines are looked at here, before it sees them.

use std::io;
use std::sync::Arc;

use futures::{Sink, Stream};
use serde::Deserialize;
use serde::de::IgnoredAny;
use tokio::io::{AsyncBufRead, AsyncBufReadExt, AsyncRead, AsyncWrite, AsyncWriteExt, BufReader};

use super::watch::Watch;

/// The longest line that is read. A message of this size is a whole file, and a large one.
const MAX_LINE_BYTES: usize = 8 * 1024 * 1024;

/// Whether a line is a message of the protocol.
pub(super) type IsMessage = fn(&str) -> bool;

/// The messages in `stdout`, one a line. Other lines are counted by `watch`. The stream ends with the output; after a
/// line beyond all bounds it stays silent, for `watch` ends the run.
pub(super) fn messages<R>(
    stdout: R,
    watch: Arc<Watch>,
    is_message: IsMessage,
) -> impl Stream<Item = io::Result<String>> + Send
where
    R: AsyncRead + Unpin + Send + 'static,
{
    futures::stream::unfold(
        (BufReader::new(stdout), watch),
        move |(mut reader, watch)| async move {
            let message = next_message(&mut reader, &watch, is_message)
                .await
                .transpose()?;
            Some((message, (reader, watch)))
        },
    )
}

/// Writes each line to `stdin`, with its newline, at once.
///
/// A pipe that broke is no error here: an agent that died closes its output too, and what stands in that output
/// says why it died, so the reading side must come to its end first.
pub(super) fn line_sink<W>(stdin: W) -> impl Sink<String, Error = io::Error> + Send
where
    W: AsyncWrite + Unpin + Send + 'static,
{
    futures::sink::unfold(Some(stdin), |stdin, line: String| async move {
        let Some(mut stdin) = stdin else {
            return Ok(None);
        };
        match write_line(&mut stdin, line).await {
            Ok(()) => Ok(Some(stdin)),
            Err(error) => {
                tracing::debug!(%error, "the agent no longer reads");
                Ok(None)
            }
        }
    })
}

async fn write_line<W: AsyncWrite + Unpin>(stdin: &mut W, mut line: String) -> io::Result<()> {
    line.push('\n');
    stdin.write_all(line.as_bytes()).await?;
    stdin.flush().await
}

async fn next_message<R>(
    reader: &mut R,
    watch: &Watch,
    is_message: IsMessage,
) -> io::Result<Option<String>>
where
    R: AsyncBufRead + Unpin,
{
    loop {
        let Some(line) = next_line(reader, watch).await? else {
            return Ok(None);
        };
        let text = String::from_utf8_lossy(&line);
        let text = text.trim();
        if is_message(text) {
            watch.message();
            return Ok(Some(text.to_owned()));
        }
        if !text.is_empty() {
            tracing::debug!(
                bytes = line.len(),
                "the agent printed a line that is not its protocol"
            );
            watch.stray_line(text);
        }
    }
}

/// The next line without its newline, `None` at the end of the output.
async fn next_line<R>(reader: &mut R, watch: &Watch) -> io::Result<Option<Vec<u8>>>
where
    R: AsyncBufRead + Unpin,
{
    let mut line = Vec::new();
    loop {
        let available = reader.fill_buf().await?;
        if available.is_empty() {
            return Ok((!line.is_empty()).then_some(line));
        }
        let newline = available.iter().position(|byte| *byte == b'\n');
        let taken = newline.map_or(available.len(), |at| at + 1);
        line.extend_from_slice(&available[..taken]);
        reader.consume(taken);
        watch.read(taken);
        if line.len() > MAX_LINE_BYTES {
            watch.line_too_long(MAX_LINE_BYTES as u64);
            return std::future::pending().await;
        }
        if newline.is_some() {
            return Ok(Some(line));
        }
    }
}

/// The parts by which a JSON-RPC message is known; their contents are the protocol's business.
#[derive(Deserialize)]
struct Envelope {
    jsonrpc: Option<IgnoredAny>,
    method: Option<IgnoredAny>,
    id: Option<IgnoredAny>,
}

/// Whether a line is a message of JSON-RPC.
pub(super) fn is_json_rpc(text: &str) -> bool {
    text.starts_with('{')
        && serde_json::from_str::<Envelope>(text).is_ok_and(|envelope| {
            envelope.jsonrpc.is_some() || envelope.method.is_some() || envelope.id.is_some()
        })
}

#[cfg(test)]
mod tests {
    use futures::StreamExt;

    use super::super::failure::RunFailure;
    use super::super::request::RunLimits;
    use super::*;

    #[tokio::test]
    async fn only_json_rpc_messages_come_through_and_the_rest_is_sampled() {
        let watch = Watch::new(RunLimits::default(), "agent".to_owned());
        let output: &[u8] = b"Welcome!\n{\"level\":\"info\"}\n\n{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{}}\r\n[1]\n";
        let messages: Vec<_> = messages(output, Arc::clone(&watch), is_json_rpc)
            .map(Result::unwrap)
            .collect()
            .await;
        assert_eq!(messages, [r#"{"jsonrpc":"2.0","id":1,"result":{}}"#]);
        assert_eq!(
            watch.garbage(),
            Some(RunFailure::ProtocolGarbage {
                sample: "Welcome!".to_owned()
            })
        );
    }

    #[tokio::test]
    async fn a_line_without_end_is_not_kept_in_memory() {
        let watch = Watch::new(RunLimits::default(), "agent".to_owned());
        let endless = tokio::io::repeat(b'x');
        let mut messages = Box::pin(messages(endless, Arc::clone(&watch), is_json_rpc));
        tokio::select! {
            failure = watch.broken() => {
                assert_eq!(failure, RunFailure::OutputTooLarge { limit: MAX_LINE_BYTES as u64 });
            }
            _ = messages.next() => panic!("an endless line is no message"),
        }
    }
}
