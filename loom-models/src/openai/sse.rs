//! Server-sent events, as far as chat completions use them: the data of each event.

/// Puts events together from bytes that come in pieces, cut anywhere.
#[derive(Debug, Default)]
pub(super) struct Events {
    /// A line that has not ended.
    line: Vec<u8>,
    /// The data of an event that has not ended.
    data: Option<String>,
}

impl Events {
    /// Takes more bytes, and gives the data of the events that they end.
    pub(super) fn feed(&mut self, bytes: &[u8]) -> Vec<String> {
        let mut ended = Vec::new();
        let mut lines = bytes.split(|byte| *byte == b'\n').peekable();
        while let Some(part) = lines.next() {
            self.line.extend_from_slice(part);
            if lines.peek().is_some() {
                ended.extend(self.end_line());
            }
        }
        ended
    }

    /// The data of an event that the end of the bytes ends, with no empty line after it.
    pub(super) fn end(&mut self) -> Option<String> {
        self.end_line().or_else(|| self.data.take())
    }

    /// Ends a line: an empty one ends the event.
    fn end_line(&mut self) -> Option<String> {
        let line = std::mem::take(&mut self.line);
        let line = String::from_utf8_lossy(line.strip_suffix(b"\r").unwrap_or(&line));
        if line.is_empty() {
            return self.data.take();
        }
        // Other fields, and comments that keep a connection alive, say nothing here.
        if let Some(data) = line.strip_prefix("data:") {
            let data = data.strip_prefix(' ').unwrap_or(data);
            match &mut self.data {
                Some(before) => {
                    before.push('\n');
                    before.push_str(data);
                }
                None => self.data = Some(data.to_owned()),
            }
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const STREAM: &str =
        ": hello\r\nevent: x\r\ndata: {\"a\":\"ä\"}\r\n\r\ndata:b\n\n\ndata: c\ndata: d\n\ndata: [DONE]";

    #[test]
    fn events_are_the_same_wherever_the_bytes_are_cut() {
        let whole = ["{\"a\":\"ä\"}", "b", "c\nd", "[DONE]"];
        for size in 1..=STREAM.len() {
            let mut events = Events::default();
            let mut all: Vec<_> = STREAM.as_bytes().chunks(size).flat_map(|bytes| events.feed(bytes)).collect();
            all.extend(events.end());
            assert_eq!(all, whole, "in pieces of {size}");
            assert_eq!(events.end(), None);
        }
    }
}
