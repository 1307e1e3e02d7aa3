//! Reads an event stream (WHATWG HTML, section 9.2.6) in whatever pieces it comes.

#[cfg(test)]
mod tests;

use std::mem;

/// One event: what it is called, and its data. Both are empty when the stream names none.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct ServerSentEvent {
    pub(super) name: String,
    pub(super) data: String,
}

/// The stream holds an event, or a line, of more bytes than are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct TooLarge;

/// Takes the bytes of a stream as they come and gives the events in them. Fields that a GraphQL client has no use for
/// (`id`, `retry`) are passed over, and so are comments.
#[derive(Debug)]
pub(super) struct EventStreamDecoder {
    bytes_max: usize,
    /// Of the line that has not ended.
    line: Vec<u8>,
    /// A line feed after a carriage return ends nothing more.
    after_carriage_return: bool,
    is_first_line: bool,
    event: ServerSentEvent,
    has_data: bool,
}

impl EventStreamDecoder {
    /// A decoder that holds no more than `bytes_max` of an event.
    pub(super) fn new(bytes_max: usize) -> Self {
        let (line, event) = (Vec::new(), ServerSentEvent::default());
        Self { bytes_max, line, after_carriage_return: false, is_first_line: true, event, has_data: false }
    }

    /// The events that end in these bytes.
    pub(super) fn push(&mut self, bytes: &[u8]) -> Result<Vec<ServerSentEvent>, TooLarge> {
        let mut events = Vec::new();
        for &byte in bytes {
            let is_second_half = mem::take(&mut self.after_carriage_return) && byte == b'\n';
            match byte {
                _ if is_second_half => {}
                b'\n' | b'\r' => {
                    self.after_carriage_return = byte == b'\r';
                    events.extend(self.end_line());
                }
                _ if self.held() >= self.bytes_max => return Err(TooLarge),
                _ => self.line.push(byte),
            }
        }
        Ok(events)
    }

    fn held(&self) -> usize {
        self.line.len() + self.event.name.len() + self.event.data.len()
    }

    /// An empty line ends the event; any other says something of it.
    fn end_line(&mut self) -> Option<ServerSentEvent> {
        let line = mem::take(&mut self.line);
        let text = String::from_utf8_lossy(&line);
        let is_first = mem::replace(&mut self.is_first_line, false);
        let text = if is_first { text.trim_start_matches('\u{feff}') } else { &text };
        if text.is_empty() {
            let event = mem::take(&mut self.event);
            // What has no data is no event, except that it may be called something: `event: complete` alone.
            return (mem::take(&mut self.has_data) || !event.name.is_empty()).then_some(event);
        }
        let (field, value) = text.split_once(':').unwrap_or((text, ""));
        let value = value.strip_prefix(' ').unwrap_or(value);
        match field {
            "event" => value.clone_into(&mut self.event.name),
            "data" => {
                if mem::replace(&mut self.has_data, true) {
                    self.event.data.push('\n');
                }
                self.event.data.push_str(value);
            }
            _ => {}
        }
        None
    }
}
