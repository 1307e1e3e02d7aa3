use ed25519_dalek::{Signature, Verifier, VerifyingKey};
use kit_ids::SeededRandomness;
use proptest::prelude::{prop_assert, prop_assert_eq, proptest};

use super::{ACCESS_LIFETIME_SECONDS, DAY_US, Keys, PublicKey, ROTATION_US, URL_SAFE_NO_PAD};
use base64::Engine;

fn keys() -> Keys {
    Keys { signing_root: [1; 32], refresh_secret: [2; 32] }
}

fn kids(published: &[PublicKey]) -> Vec<&str> {
    published.iter().map(|key| key.kid.as_str()).collect()
}

/// JWT-33, domain 4.1: a key signs for 30 days; it is known a day before, and until a day after its last token.
#[test]
fn keys_change_every_thirty_days() {
    let keys = keys();
    let start = 600 * ROTATION_US;
    let (before, now) = (keys.at(start - 1), keys.at(start));
    assert_ne!(before.kid(), now.kid());
    assert_eq!(now.kid(), keys.at(start + ROTATION_US - 1).kid());
    assert_eq!(kids(&keys.published_at(start - DAY_US - 1)), [before.kid()]);
    assert_eq!(kids(&keys.published_at(start - DAY_US)), [now.kid(), before.kid()]);
    let last = start + ACCESS_LIFETIME_SECONDS * 1_000_000 + DAY_US;
    assert_eq!(kids(&keys.published_at(last - 1)), [now.kid(), before.kid()]);
    assert_eq!(kids(&keys.published_at(last)), [now.kid()]);
}

/// The file is the same for every process, and another file gives other keys.
#[test]
fn all_processes_with_one_file_sign_alike() {
    let folder = std::env::temp_dir().join(format!("identity-keys-{}", std::process::id()));
    let open = |name: &str, seed| Keys::open(&folder.join(name), &SeededRandomness::new(seed)).unwrap();
    let (one, two, other) = (open("a", 1), open("a", 2), open("b", 3));
    std::fs::remove_dir_all(&folder).unwrap();
    assert_eq!(one.at(0).kid(), two.at(0).kid());
    assert_eq!(one.successor("token"), two.successor("token"));
    assert_ne!(one.at(0).kid(), other.at(0).kid());
    assert_ne!(one.successor("token"), other.successor("token"));
}

proptest! {
    /// JWT-33: whatever was signed is verified by a published key, as long as a token lives and a day longer.
    #[test]
    fn a_token_is_verifiable_for_its_whole_life(signed_at in 0..4_000_000_000_000_000_i64, later in 0..DAY_US) {
        let (keys, key) = (keys(), keys().at(signed_at));
        let published = keys.published_at(signed_at + later);
        prop_assert!(published.len() <= 2);
        let public = published.iter().find(|public| public.kid == key.kid()).expect("the key is published");
        let bytes: [u8; 32] = URL_SAFE_NO_PAD.decode(&public.x).unwrap().try_into().unwrap();
        let verified = VerifyingKey::from_bytes(&bytes).unwrap().verify(b"token", &Signature::from_bytes(&key.sign(b"token")));
        prop_assert_eq!(verified.is_ok(), true);
    }
}
