use kit_ids::SystemRandomness;
use proptest::prelude::{prop_assert, prop_assert_eq, proptest};
use secrecy::{ExposeSecret, SecretString};

use super::{PartnerSecretId, SecretHash, StoredSecret, TooManySecrets, ends_after_rotation, generate};

fn secret(number: u8, expires_at: Option<i64>) -> StoredSecret {
    let hash = SecretHash::Fast([number; 32]);
    let id = PartnerSecretId::from_bytes([number; 16]);
    StoredSecret { id, hash, created_at: 0, expires_at, last_used_at: None }
}

/// AS-077: 256 bits, found by scanners, stored as a hash that is not the secret.
#[test]
fn a_generated_secret_can_be_found_and_compared_but_not_read_back() {
    let secret = generate(&SystemRandomness);
    let text = secret.expose_secret();
    assert!(text.len() == 68 && text.starts_with("lyc_"), "{text}");
    let hash = SecretHash::of_generated(&secret).unwrap();
    assert!(!hash.text().contains(&text[4..]));
    assert_eq!(SecretHash::parse(&hash.text()), Some(hash.clone()));
    assert!(hash.is_same(&SecretHash::of_generated(&secret).unwrap()));
    assert!(!hash.is_same(&SecretHash::of_generated(&generate(&SystemRandomness)).unwrap()));
    assert!(!hash.is_same(&SecretHash::Slow(hash.text())));
    for none in ["", "lyc_", "lyc_abc", &text.to_uppercase(), &text[4..], &format!("{text}0"), "a password"] {
        assert_eq!(SecretHash::of_generated(&SecretString::from(none)), None, "{none}");
    }
    for unreadable in ["sha256:", "sha256:00", "sha256:zz", &format!("sha256:{}", "é".repeat(32))] {
        assert_eq!(SecretHash::parse(unreadable), None, "{unreadable}");
    }
}

#[test]
fn the_old_secret_stays_for_the_overlap_and_no_third_one_comes() {
    let (old, new, ended) = (secret(1, None), secret(2, Some(50)), secret(3, Some(10)));
    assert_eq!(ends_after_rotation(&[old.clone(), ended.clone()], 5, 10), Ok(vec![(old.id, 15)]));
    assert_eq!(ends_after_rotation(std::slice::from_ref(&new), 90, 10), Ok(vec![(new.id, 50)]), "nothing lives longer");
    let both = [old.clone(), new.clone(), ended];
    assert_eq!(ends_after_rotation(&both, 5, 10), Err(TooManySecrets { until: Some(50) }));
    assert_eq!(ends_after_rotation(&both, 0, 10), Ok(vec![(old.id, 10), (new.id, 10)]), "all end at once");
}

proptest! {
    /// However often it is rotated, no more than two are valid at a moment, and a rotation prolongs nothing.
    #[test]
    fn at_most_two_are_valid(rotations in proptest::collection::vec((0_i64..100, 0_i64..60), 1..20)) {
        let (mut secrets, mut now) = (vec![secret(0, None)], 0);
        for (number, (wait, overlap)) in rotations.into_iter().enumerate() {
            now += wait;
            let Ok(ends) = ends_after_rotation(&secrets, overlap, now) else { continue };
            for (id, end) in ends {
                let ended = secrets.iter_mut().find(|secret| secret.id == id).unwrap();
                prop_assert!(ended.expires_at.is_none_or(|before| end <= before));
                ended.expires_at = Some(end);
            }
            secrets.push(secret(u8::try_from(number).unwrap() + 1, None));
            let valid = secrets.iter().filter(|secret| secret.is_valid(now)).count();
            prop_assert!(valid <= 2, "{valid}");
            prop_assert_eq!(valid == 1, overlap == 0 || valid == 1);
        }
    }
}
