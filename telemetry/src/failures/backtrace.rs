//! Stacks, as the standard library writes them.

/// Most frames of a stack that are reported: the innermost ones.
const FRAMES_MAX: usize = 64;

/// A call on the stack.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Frame<'t> {
    pub(super) function: &'t str,
    pub(super) file: Option<&'t str>,
    pub(super) line: Option<u32>,
}

/// The frames of a stack in text, the innermost first: `  4: name`, and after it `at file:line:column` where that is known.
pub(super) fn frames(text: &str) -> Vec<Frame<'_>> {
    let mut frames: Vec<Frame<'_>> = Vec::new();
    for line in text.lines().map(str::trim) {
        if let Some(place) = line.strip_prefix("at ") {
            let mut parts = place.rsplitn(3, ':');
            let (_, line, file) = (parts.next(), parts.next(), parts.next());
            if let (Some(frame), Some(file)) = (frames.last_mut(), file) {
                (frame.file, frame.line) = (Some(file), line.and_then(|line| line.parse().ok()));
            }
        } else if let Some((number, function)) = line.split_once(": ")
            && number.bytes().all(|byte| byte.is_ascii_digit())
        {
            if frames.len() == FRAMES_MAX {
                break;
            }
            frames.push(Frame { function, ..Frame::default() });
        }
    }
    frames
}

#[cfg(test)]
mod tests {
    use super::{Frame, frames};

    #[test]
    fn frames_are_read_with_their_places() {
        let text = "   0: std::panicking::begin\n             at /rustc/abc/panicking.rs:12:5\n   1: learning::graph::f\n   2: main\n             at ./src/main.rs:7:1\n";
        let read = frames(text);
        assert_eq!(read.len(), 3);
        assert_eq!(
            read[0],
            Frame { function: "std::panicking::begin", file: Some("/rustc/abc/panicking.rs"), line: Some(12) }
        );
        assert_eq!(read[1], Frame { function: "learning::graph::f", ..Frame::default() });
        assert_eq!(read[2].line, Some(7));
    }

    #[test]
    fn a_deep_stack_is_cut() {
        let text: String = (0..1_000).map(|number| format!("{number}: f\n")).collect();
        assert_eq!(frames(&text).len(), super::FRAMES_MAX);
    }
}
