use std::sync::Arc;

use kit_ids::SystemRandomness;
use secrecy::SecretString;

use super::{AuthError, CONCURRENCY_MAX, Passwords, hash_now, is_outdated};

fn passwords() -> Passwords {
    Passwords::new(Arc::new(SystemRandomness)).unwrap()
}

/// AS-121, AS-118, S0-AUTH-5: Argon2id with 19 MiB, two passes, one lane, a salt of 16 bytes; another salt each time.
#[test]
fn a_hash_says_how_it_was_made() {
    let one = hash_now(&SecretString::from("correct horse battery"), &SystemRandomness).unwrap();
    let two = hash_now(&SecretString::from("correct horse battery"), &SystemRandomness).unwrap();
    assert!(one.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{one}");
    assert_eq!(one.split('$').nth(4).unwrap().len(), 22, "16 bytes in base64");
    assert_ne!(one, two);
    assert!(!is_outdated(&one));
}

/// RT-24, AS-121: what took less work, or another algorithm, is to be replaced; what took more is not.
#[test]
fn hashes_of_less_work_are_outdated() {
    let tail = "AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
    for outdated in [
        format!("$argon2id$v=19$m=9216,t=4,p=1${tail}"),
        format!("$argon2id$v=19$m=19456,t=1,p=1${tail}"),
        format!("$argon2i$v=19$m=19456,t=2,p=1${tail}"),
        format!("$argon2id$v=16$m=19456,t=2,p=1${tail}"),
        "no hash".to_owned(),
    ] {
        assert!(is_outdated(&outdated), "{outdated}");
    }
    for sound in [format!("$argon2id$v=19$m=65536,t=3,p=4${tail}"), format!("$argon2id$v=19$m=19456,t=2,p=1${tail}")] {
        assert!(!is_outdated(&sound), "{sound}");
    }
}

/// RT-24: a hash is checked with the parameters that it names.
#[tokio::test]
async fn a_hash_of_before_still_verifies() {
    // `correct horse battery`, with 64 KiB and one pass.
    let legacy = legacy_hash("correct horse battery");
    let passwords = passwords();
    let verify =
        async |password: &str| passwords.verify(SecretString::from(password), Some(legacy.clone())).await.unwrap();
    assert!(verify("correct horse battery").await);
    assert!(!verify("correct horse batterz").await);
}

/// RT-22, AS-145: while the pool is busy others wait, and are sent away after five seconds; a turn comes back.
#[tokio::test(start_paused = true)]
async fn only_so_many_hashes_are_computed_at_a_time() {
    let passwords = passwords();
    let turns = Arc::clone(&passwords.turns);
    let taken = turns.acquire_many_owned(u32::try_from(CONCURRENCY_MAX).unwrap()).await.unwrap();
    let refused = passwords.hash(SecretString::from("correct horse battery")).await;
    assert!(matches!(refused, Err(AuthError::Busy)));
    drop(taken);
    assert!(passwords.hash(SecretString::from("correct horse battery")).await.is_ok());
}

fn legacy_hash(password: &str) -> String {
    use argon2::password_hash::PasswordHasher;
    use argon2::{Algorithm, Argon2, Params, Version};
    let params = Params::new(64, 1, 1, None).unwrap();
    let hasher = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
    hasher.hash_password_with_salt(password.as_bytes(), &[9; 16]).unwrap().to_string()
}
