//! That somebody may play something, for some minutes.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use kit_ids::{PlayableId, UserId};

use crate::{SEAL_BYTES, Seal, Sealer};

/// Written as one text without a dot in it but these: base64url of the fields, `.`, the key's name, `.`, base64url of the
/// seal. A key's name may have dots, and stands between the first and the last.
const FIELD_BYTES: usize = 16 + 3 + 16 + 8;
/// Longest pass that is read: what the longest name of a key needs.
const TEXT_LENGTH_MAX: usize = 256;

/// Somebody may play something until a moment: `StreamTicket.id`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StreamPass {
    /// Who.
    pub user: UserId,
    /// What.
    pub playable: PlayableId,
    /// Until when, in UTC microseconds.
    pub expires_at: i64,
}

impl StreamPass {
    /// The purpose of the [`Sealer`] that writes and reads passes.
    pub const PURPOSE: &'static str = "playing";

    /// The pass as text.
    #[must_use]
    pub fn write(&self, sealer: &Sealer) -> String {
        let fields = self.fields();
        let Seal { key_id, bytes } = sealer.seal(&[&fields]);
        format!("{}.{key_id}.{}", URL_SAFE_NO_PAD.encode(fields), URL_SAFE_NO_PAD.encode(bytes))
    }

    /// The pass in a text; nothing when it is none, or its time is over.
    #[must_use]
    pub fn read(text: &str, sealer: &Sealer, now: i64) -> Option<Self> {
        if text.len() > TEXT_LENGTH_MAX {
            return None;
        }
        let (fields, rest) = text.split_once('.')?;
        let (key_id, seal) = rest.rsplit_once('.')?;
        let fields: [u8; FIELD_BYTES] = URL_SAFE_NO_PAD.decode(fields).ok()?.try_into().ok()?;
        let seal: [u8; SEAL_BYTES] = URL_SAFE_NO_PAD.decode(seal).ok()?.try_into().ok()?;
        if !sealer.recognises(key_id, &seal, &[&fields]) {
            return None;
        }
        Self::of(&fields).filter(|pass| now < pass.expires_at)
    }

    fn fields(&self) -> [u8; FIELD_BYTES] {
        let mut fields = [0; FIELD_BYTES];
        fields[..16].copy_from_slice(&self.user.to_bytes());
        fields[16..19].copy_from_slice(self.playable.prefix().as_bytes());
        fields[19..35].copy_from_slice(&self.playable.to_bytes());
        fields[35..].copy_from_slice(&self.expires_at.to_be_bytes());
        fields
    }

    fn of(fields: &[u8; FIELD_BYTES]) -> Option<Self> {
        let user = UserId::from_bytes(fields[..16].try_into().ok()?);
        let prefix = std::str::from_utf8(&fields[16..19]).ok()?;
        let playable = PlayableId::from_parts(prefix, fields[19..35].try_into().ok()?).ok()?;
        let expires_at = i64::from_be_bytes(fields[35..].try_into().ok()?);
        Some(Self { user, playable, expires_at })
    }
}

#[cfg(test)]
mod tests {
    use kit_ids::LessonId;
    use kit_viewer::{KeyRing, SharedKey};

    use super::*;

    fn sealer(purpose: &'static str) -> Sealer {
        Sealer::new(&KeyRing::new(vec![SharedKey::new("a.b", [3; 32]).unwrap()]).unwrap(), purpose)
    }

    /// PS-01, PS-03: every changed character voids it, and so does its end.
    #[test]
    fn it_is_read_until_its_end_and_unchanged_only() {
        let pass = StreamPass {
            user: UserId::from_bytes([1; 16]),
            playable: LessonId::from_bytes([2; 16]).into(),
            expires_at: 1_000,
        };
        let sealer = sealer(StreamPass::PURPOSE);
        let text = pass.write(&sealer);
        assert_eq!(StreamPass::read(&text, &sealer, 999), Some(pass));
        assert_eq!(StreamPass::read(&text, &sealer, 1_000), None);
        for place in 0..text.len() {
            for other in ["A", "z", "-", ".", ""] {
                let changed = format!("{}{other}{}", &text[..place], &text[place + 1..]);
                assert!(changed == text || StreamPass::read(&changed, &sealer, 0).is_none(), "{changed}");
            }
        }
        assert_eq!(StreamPass::read(&text, &self::sealer("other"), 0), None);
        assert_eq!(StreamPass::read(&"a".repeat(1_000), &sealer, 0), None);
    }
}
