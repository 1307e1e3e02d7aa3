//! `x-viewer-sig: v1;kid=<key id>;t=<unix milliseconds>;sig=<base64url>`.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

/// The parts of the header.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct SignatureHeader<'a> {
    pub(super) key_id: &'a str,
    pub(super) time_ms: i64,
    pub(super) signature: [u8; 32],
}

impl<'a> SignatureHeader<'a> {
    /// Reads exactly the form that is written: no spaces, no other order, no unknown part.
    pub(super) fn parse(text: &'a str) -> Option<Self> {
        let rest = text.strip_prefix("v1;kid=")?;
        let (key_id, rest) = rest.split_once(";t=")?;
        let (time, signature) = rest.split_once(";sig=")?;
        // `parse` alone would take a sign, and with it a second spelling of the same time.
        if time.is_empty() || !time.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        let signature = URL_SAFE_NO_PAD.decode(signature).ok()?.try_into().ok()?;
        Some(Self { key_id, time_ms: time.parse().ok()?, signature })
    }

    pub(super) fn write(&self) -> String {
        let signature = URL_SAFE_NO_PAD.encode(self.signature);
        format!("v1;kid={};t={};sig={signature}", self.key_id, self.time_ms)
    }
}
