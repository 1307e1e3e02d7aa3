use super::{SubscriberError, lines};

#[test]
fn a_filter_that_is_none_is_refused_with_an_example() {
    let error = lines("learning=loud").unwrap_err();
    assert!(matches!(error, SubscriberError::Filter { .. }));
    let text = error.to_string();
    assert!(text.starts_with("`learning=loud` is no log filter") && text.contains("learning=debug"), "{text}");
}
