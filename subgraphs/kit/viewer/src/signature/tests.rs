use std::sync::Arc;

use http::HeaderMap;
use kit_ids::{ManualClock, UserId};
use proptest::prelude::*;

use super::{RequestSigner, RequestToVerify, RequestVerifier, SIGNATURE_HEADER, SignatureError, VIEWER_HEADER};
use crate::{Client, KeyRing, KeyRingError, Role, SharedKey, SignedInUser, Viewer};

const NOW: i64 = 1_790_000_000_000_000;
const BODY: &[u8] = br#"{"query":"{__typename}"}"#;

fn key(id: &str) -> SharedKey {
    SharedKey::new(id, *b"0123456789abcdef0123456789abcdef").unwrap()
}

fn other_key(id: &str) -> SharedKey {
    SharedKey::new(id, *b"fedcba9876543210fedcba9876543210").unwrap()
}

fn verifier(now: i64) -> RequestVerifier {
    RequestVerifier::new("identity", KeyRing::new(vec![key("k1")]).unwrap(), Arc::new(ManualClock::new(now)))
}

fn learner() -> Viewer {
    let user = SignedInUser {
        expires_at: NOW / 1_000_000 + 600,
        ..SignedInUser::new(UserId::from_bytes([9; 16])).with_role(Role::Instructor).with_session("s-1")
    };
    let client = Client { ip: Some("203.0.113.7".to_owned()), user_agent: Some("curl/8.5".to_owned()) };
    Viewer { client, ..Viewer::signed_in(user) }
}

fn signed(viewer: &Viewer) -> HeaderMap {
    let mut headers = HeaderMap::new();
    RequestSigner::new(key("k1")).sign(viewer, "identity", "POST", "/graphql", BODY, NOW).add_to(&mut headers);
    headers
}

fn verify(headers: &HeaderMap, now: i64) -> Result<Viewer, SignatureError> {
    verifier(now).verify(&RequestToVerify { method: "POST", path_and_query: "/graphql", headers, body: BODY })
}

/// P10: the vector of docs/reference/signed-requests.md, which the router is tested with, too.
#[test]
fn the_vector_of_the_contract_is_signed_and_verified() {
    let headers = signed(&Viewer::anonymous());
    assert_eq!(headers[VIEWER_HEADER], "eyJhY3QiOiJyb3V0ZXIifQ");
    assert_eq!(headers[SIGNATURE_HEADER], "v1;kid=k1;t=1790000000000;sig=8Sjl3jWh3V2V_GrZKPH_B9BQRlpcwRLWbSdxgHvAydk");
    assert_eq!(verify(&headers, NOW), Ok(Viewer::anonymous()));
}

/// P10
#[test]
fn all_that_is_known_of_a_viewer_arrives() {
    assert_eq!(verify(&signed(&learner()), NOW), Ok(learner()));
    assert_eq!(verify(&signed(&Viewer::service("media")), NOW), Ok(Viewer::service("media")));
}

/// P10: the signature holds for one request to one subgraph.
#[test]
fn a_signature_fits_nothing_but_its_request() {
    let headers = signed(&learner());
    let request = RequestToVerify { method: "POST", path_and_query: "/graphql", headers: &headers, body: BODY };
    let other_body = RequestToVerify { body: b"{}", ..request };
    let other_path = RequestToVerify { path_and_query: "/graphql?x=1", ..request };
    let other_method = RequestToVerify { method: "GET", ..request };
    for changed in [other_body, other_path, other_method] {
        assert_eq!(verifier(NOW).verify(&changed), Err(SignatureError::Wrong), "{changed:?}");
    }
    let keys = KeyRing::new(vec![key("k1")]).unwrap();
    let neighbour = RequestVerifier::new("learning", keys, Arc::new(ManualClock::new(NOW)));
    assert_eq!(neighbour.verify(&request), Err(SignatureError::Wrong));

    let mut forged = headers.clone();
    forged.insert(VIEWER_HEADER, signed(&Viewer::service("media"))[VIEWER_HEADER].clone());
    assert_eq!(verify(&forged, NOW), Err(SignatureError::Wrong));
}

/// P10: 30 s, on both sides of the clock, and not a millisecond more.
#[test]
fn a_signature_is_valid_for_thirty_seconds() {
    let headers = signed(&learner());
    assert!(verify(&headers, NOW + 30_000_000).is_ok());
    assert!(verify(&headers, NOW - 30_000_000).is_ok());
    assert_eq!(verify(&headers, NOW + 30_001_000), Err(SignatureError::Skewed { off_ms: 30_001 }));
    assert_eq!(verify(&headers, NOW - 30_001_000), Err(SignatureError::Skewed { off_ms: -30_001 }));
}

/// P10: rotation: add the new key, switch, remove the old one.
#[test]
fn a_key_is_rotated_without_a_refused_request() {
    let sign_with = |key: SharedKey| {
        let mut headers = HeaderMap::new();
        RequestSigner::new(key).sign(&learner(), "identity", "POST", "/graphql", BODY, NOW).add_to(&mut headers);
        headers
    };
    let verify_with = |keys: Vec<SharedKey>, headers: &HeaderMap| {
        let keys = KeyRing::new(keys).unwrap();
        RequestVerifier::new("identity", keys, Arc::new(ManualClock::new(NOW)))
            .verify(&RequestToVerify { method: "POST", path_and_query: "/graphql", headers, body: BODY })
            .map(drop)
    };
    let (old, new) = (sign_with(key("k1")), sign_with(other_key("k2")));
    let both = || vec![key("k1"), other_key("k2")];
    assert_eq!(verify_with(vec![key("k1")], &new), Err(SignatureError::UnknownKey("k2".to_owned())));
    assert_eq!((verify_with(both(), &old), verify_with(both(), &new)), (Ok(()), Ok(())));
    assert_eq!(verify_with(vec![other_key("k2")], &old), Err(SignatureError::UnknownKey("k1".to_owned())));
    assert_eq!(verify_with(vec![other_key("k1")], &old), Err(SignatureError::Wrong));
}

/// P10: what is missing, doubled, too long or not of the form is refused before anything is computed.
#[test]
fn headers_that_break_the_contract_are_refused() {
    let change = |name: &'static str, value: Option<&str>| {
        let mut headers = signed(&learner());
        headers.remove(name);
        if let Some(value) = value {
            headers.insert(name, value.parse().unwrap());
        }
        verify(&headers, NOW).unwrap_err()
    };
    assert_eq!(change(VIEWER_HEADER, None), SignatureError::Missing(VIEWER_HEADER));
    assert_eq!(change(SIGNATURE_HEADER, None), SignatureError::Missing(SIGNATURE_HEADER));
    let long = "a".repeat(super::VIEWER_BYTES_MAX + 1);
    assert_eq!(change(VIEWER_HEADER, Some(&long)), SignatureError::Unacceptable(VIEWER_HEADER));
    assert_eq!(change(SIGNATURE_HEADER, Some(&long)), SignatureError::Unacceptable(SIGNATURE_HEADER));
    for malformed in ["", "v1", "v2;kid=k1;t=1;sig=AA", "v1;kid=k1;t=+1;sig=AA", "v1; kid=k1; t=1; sig=AA"] {
        assert_eq!(change(SIGNATURE_HEADER, Some(malformed)), SignatureError::Malformed, "{malformed}");
    }
    let mut doubled = signed(&learner());
    doubled.append(VIEWER_HEADER, "eyJhY3QiOiJyb3V0ZXIifQ".parse().unwrap());
    assert_eq!(verify(&doubled, NOW), Err(SignatureError::Unacceptable(VIEWER_HEADER)));
}

/// 4.1: 30 s leeway on the end of a token.
#[test]
fn a_user_whose_token_has_ended_is_refused() {
    let mut viewer = learner();
    viewer.user.as_mut().unwrap().expires_at = NOW / 1_000_000 - 30;
    assert!(verify(&signed(&viewer), NOW).is_ok());
    viewer.user.as_mut().unwrap().expires_at = NOW / 1_000_000 - 31;
    assert_eq!(verify(&signed(&viewer), NOW), Err(SignatureError::TokenExpired));
}

/// P10
#[test]
fn keys_that_could_be_guessed_or_confused_are_refused() {
    assert_eq!(KeyRing::new(vec![]).unwrap_err(), KeyRingError::Empty);
    assert_eq!(KeyRing::new(vec![key("a"), key("a")]).unwrap_err(), KeyRingError::Twice("a".to_owned()));
    let short = SharedKey::new("a", *b"short").unwrap_err();
    assert_eq!(short, KeyRingError::TooShort { id: "a".to_owned(), bytes: 5 });
    for id in ["", "a;t=1", "a\nb", &"a".repeat(65)] {
        assert!(matches!(SharedKey::new(id, [0; 32]), Err(KeyRingError::KeyId(_))), "{id:?}");
    }
    assert_eq!(format!("{:?}", key("k1")), r#"SharedKey { id: "k1", .. }"#);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// P10: no bit of the body, the claims or the signature can be changed.
    #[test]
    fn any_changed_bit_is_noticed(place in 0_usize..4_096, bit in 0_u8..8) {
        let headers = signed(&learner());
        let mut body = BODY.to_vec();
        let at = place % body.len();
        body[at] ^= 1 << bit;
        let request = RequestToVerify { method: "POST", path_and_query: "/graphql", headers: &headers, body: &body };
        prop_assert_eq!(verifier(NOW).verify(&request), Err(SignatureError::Wrong));

        for name in [VIEWER_HEADER, SIGNATURE_HEADER] {
            let mut bytes = headers[name].as_bytes().to_vec();
            let at = place % bytes.len();
            bytes[at] ^= 1 << bit;
            if let Ok(value) = http::HeaderValue::from_bytes(&bytes) {
                let mut changed = headers.clone();
                changed.insert(name, value);
                prop_assert!(verify(&changed, NOW).is_err());
            }
        }
    }
}

/// A request of the router with this id, signed.
fn signed_with_id(id: &str) -> HeaderMap {
    use base64::Engine as _;
    use hmac::Mac as _;
    let claims = format!("{{\"act\":\"router\",\"jti\":\"{id}\"}}");
    let viewer = base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(claims);
    let signed = super::Signed {
        key_id: "k1",
        time_ms: NOW / 1_000,
        subgraph: "identity",
        method: "POST",
        path_and_query: "/graphql",
        viewer: &viewer,
        body: BODY,
    };
    let signature = signed.hash(&key("k1")).finalize().into_bytes().into();
    let signature = super::header::SignatureHeader { key_id: "k1", time_ms: NOW / 1_000, signature }.write();
    let mut headers = HeaderMap::new();
    headers.insert(VIEWER_HEADER, viewer.parse().unwrap());
    headers.insert(SIGNATURE_HEADER, signature.parse().unwrap());
    headers
}

/// P10: what has an id is heard once by all who share a verifier; what has none, as often as it comes.
#[test]
fn a_request_with_an_id_is_heard_once() {
    let verifier = verifier(NOW);
    let verified = |headers: &HeaderMap| {
        let request = RequestToVerify { method: "POST", path_and_query: "/graphql", headers, body: BODY };
        verifier.verify(&request).and_then(|viewer| verifier.clone().hear_once(headers).map(|()| viewer))
    };
    let (one, other) = (signed_with_id("a"), signed_with_id("b"));
    assert_eq!(verified(&one), Ok(Viewer::anonymous()));
    assert_eq!(verified(&one), Err(SignatureError::Replayed));
    assert_eq!(verified(&other), Ok(Viewer::anonymous()));
    assert_eq!(verified(&one), Err(SignatureError::Replayed));
    for _ in 0..3 {
        assert_eq!(verified(&signed(&learner())), Ok(learner()));
    }
    for id in ["", &"a".repeat(65)] {
        assert!(matches!(verified(&signed_with_id(id)), Err(SignatureError::Claims(_))), "{id}");
    }
}
