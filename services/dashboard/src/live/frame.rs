//! A server-sent event as bytes, made once and shared by all who get it.
use crate::fragments::Fragment;
use bytes::Bytes;
use errand_eventlog::Seq;

/// Sent to a client that hears nothing for a while, so that both sides notice a dead connection.
pub const KEEP_ALIVE: Bytes = Bytes::from_static(b": keep-alive\n\n");
/// Sent first: how long a client waits before it comes back.
pub const RETRY: Bytes = Bytes::from_static(b"retry: 1000\n\n");

/// `event: patch` with the fragments' HTML; the id is the log sequence that they show.
pub fn patch<'a>(seq: Seq, fragments: impl Iterator<Item = &'a Fragment>) -> Bytes {
    let mut out = format!("id: {seq}\nevent: patch\n");
    for fragment in fragments {
        // A carriage return would end the line as well.
        for line in fragment.html.split(['\n', '\r']) {
            out.push_str("data: ");
            out.push_str(line);
            out.push('\n');
        }
    }
    out.push('\n');
    Bytes::from(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_of_a_fragment_is_data() {
        let fragment = Fragment {
            id: "a".into(),
            html: "<p id=a>\n\nx: y\r</p>".into(),
        };
        assert_eq!(
            patch(7, [fragment].iter()),
            "id: 7\nevent: patch\ndata: <p id=a>\ndata: \ndata: x: y\ndata: </p>\n\n"
        );
    }
}
