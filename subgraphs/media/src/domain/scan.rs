//! What a scanner says of a verified file, and when it is asked again (AS-057).

use kit_ids::MediaFileId;

/// The longest finding that is kept, in characters.
const FINDING_LENGTH_MAX: usize = 200;
const MINUTE_US: i64 = 60 * 1_000_000;
/// The longest wait for a scanner that does not answer.
const PAUSE_MAX_US: i64 = 60 * MINUTE_US;
/// How long the bytes of an infected file are kept for whoever looks into it: seven days, in microseconds.
pub(crate) const QUARANTINE_US: i64 = 7 * 24 * 60 * MINUTE_US;

/// A verified file that was not found clean yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Scan {
    pub(crate) file_id: MediaFileId,
    /// Where its bytes lie.
    pub(crate) object_key: String,
    /// How often the scanner was asked.
    pub(crate) attempts: i64,
    /// What was found; the file is in quarantine.
    pub(crate) finding: Option<String>,
}

impl Scan {
    /// The wait after another attempt without an answer: a minute, and each time twice as long.
    pub(crate) fn pause_us(&self) -> i64 {
        let doublings = u32::try_from(self.attempts).unwrap_or(u32::MAX).min(6);
        (MINUTE_US << doublings).min(PAUSE_MAX_US)
    }
}

/// What a scanner says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Verdict {
    Clean,
    /// With what it calls it.
    Infected(String),
}

/// What is kept of a scanner's words: one line of what can be read.
pub(crate) fn finding(said: &str) -> String {
    let readable: String = said.chars().map(|one| if one.is_control() { ' ' } else { one }).collect();
    let line = readable.split_whitespace().collect::<Vec<_>>().join(" ");
    if line.is_empty() { "no name".to_owned() } else { line.chars().take(FINDING_LENGTH_MAX).collect() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_finding_is_one_line() {
        assert_eq!(finding(" Eicar-Test-Signature\r\n FOUND\u{0}"), "Eicar-Test-Signature FOUND");
        assert_eq!(finding("\n"), "no name");
        assert_eq!(finding(&"x".repeat(300)).len(), 200);
    }

    /// AS-057: a scanner that is down is asked again, less and less often, and for ever.
    #[test]
    fn pauses_grow_to_an_hour() {
        let pause = |attempts| {
            let file_id = MediaFileId::from_bytes([1; 16]);
            Scan { file_id, object_key: String::new(), attempts, finding: None }.pause_us() / MINUTE_US
        };
        assert_eq!([0, 1, 2, 5, 6, 7, i64::MAX].map(pause), [1, 2, 4, 32, 60, 60, 60]);
    }
}
