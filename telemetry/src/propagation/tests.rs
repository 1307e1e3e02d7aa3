use http::{HeaderMap, HeaderName, HeaderValue};
use proptest::prelude::{Just, Strategy, any, prop, proptest};
use proptest::{option, prop_assert, prop_assert_eq, prop_oneof};

use super::{Format, HEADERS, Propagation};
use crate::context::TraceContext;
use crate::span::{SpanId, TraceId};

const ALL: [Format; 5] = [Format::W3c, Format::B3, Format::B3Multi, Format::Jaeger, Format::Datadog];
const TRACE: &str = "4bf92f3577b34da6a3ce929d0e0e4736";
const SPAN: &str = "00f067aa0ba902b7";

fn headers(pairs: &[(&'static str, &str)]) -> HeaderMap {
    let mut headers = HeaderMap::new();
    for (name, value) in pairs {
        headers.append(HeaderName::from_static(name), HeaderValue::from_str(value).unwrap());
    }
    headers
}

fn read(format: Format, pairs: &[(&'static str, &str)]) -> Option<TraceContext> {
    Propagation::new(&[format], Vec::new()).read(&headers(pairs))
}

fn context(trace: &str, sampled: Option<bool>) -> TraceContext {
    let (trace_id, span) = (trace.parse().unwrap(), SPAN.parse().unwrap());
    TraceContext { trace_id, span, sampled, is_random: false, state: None }
}

#[test]
fn each_format_is_read_as_its_own_specification_has_it() {
    let short = "0000000000000000a3ce929d0e0e4736";
    let is = |format, pairs: &[(&'static str, &str)], trace: &str, sampled| {
        assert_eq!(read(format, pairs), Some(context(trace, sampled)), "{format:?} {pairs:?}");
    };
    is(Format::W3c, &[("traceparent", &format!("00-{TRACE}-{SPAN}-01"))], TRACE, Some(true));
    is(Format::W3c, &[("traceparent", &format!("cc-{TRACE}-{SPAN}-00-later"))], TRACE, Some(false));
    is(Format::B3, &[("b3", &format!("{TRACE}-{SPAN}"))], TRACE, None);
    is(Format::B3, &[("b3", &format!("{TRACE}-{SPAN}-d"))], TRACE, Some(true));
    is(Format::B3, &[("b3", &format!("a3ce929d0e0e4736-{SPAN}-0-05e3ac9a4f6e3b90"))], short, Some(false));
    let several = [("x-b3-traceid", TRACE), ("x-b3-spanid", SPAN)];
    is(Format::B3, &several, TRACE, None);
    is(Format::B3Multi, &[&several[..], &[("x-b3-sampled", "1")]].concat(), TRACE, Some(true));
    is(Format::B3Multi, &[&several[..], &[("x-b3-flags", "1")]].concat(), TRACE, Some(true));
    is(Format::Jaeger, &[("uber-trace-id", &format!("{TRACE}:f067aa0ba902b7:0:1"))], TRACE, Some(true));
    is(Format::Jaeger, &[("uber-trace-id", "a3ce929d0e0e4736%3Af067aa0ba902b7%3A0%3A0")], short, Some(false));
    let numbers = [("x-datadog-trace-id", "11803532876627986230"), ("x-datadog-parent-id", "67667974448284343")];
    is(Format::Datadog, &numbers, short, None);
    let tags = ("x-datadog-tags", "_dd.p.dm=-1,_dd.p.tid=4bf92f3577b34da6");
    let priority = ("x-datadog-sampling-priority", "2");
    is(Format::Datadog, &[&numbers[..], &[tags, priority]].concat(), TRACE, Some(true));
}

/// W3C Trace Context 3.2: what is not to the letter is ignored, and a new trace begins.
#[test]
fn what_is_malformed_or_comes_twice_names_no_trace() {
    let sound = format!("00-{TRACE}-{SPAN}-01");
    for text in [
        format!("ff-{TRACE}-{SPAN}-01"),
        format!("00-{TRACE}-{SPAN}-01-more"),
        format!("00-{TRACE}-0000000000000000-01"),
        format!("00-{}-{SPAN}-01", "0".repeat(32)),
        format!("00-{}-{SPAN}-01", TRACE.to_uppercase()),
        format!("00-{TRACE}-{SPAN}"),
        format!("0-{TRACE}-{SPAN}-01"),
        format!("+0-{TRACE}-{SPAN}-01"),
        String::new(),
    ] {
        assert_eq!(read(Format::W3c, &[("traceparent", &text)]), None, "{text}");
    }
    assert_eq!(read(Format::W3c, &[("traceparent", &sound), ("traceparent", &sound)]), None);
    for text in ["", "1", &format!("{TRACE}-{SPAN}-2"), &format!("{TRACE}-{SPAN}-1-x"), TRACE] {
        assert_eq!(read(Format::B3, &[("b3", text)]), None, "{text}");
    }
    assert_eq!(read(Format::B3, &[("x-b3-traceid", TRACE)]), None);
    for text in [":::", &format!("{TRACE}:0:0:1"), &format!("{TRACE}:1:0:"), &format!("{TRACE}:1:0:1:1"), "1:1:-1:1"] {
        assert_eq!(read(Format::Jaeger, &[("uber-trace-id", text)]), None, "{text}");
    }
    for (trace, parent) in [("0", "1"), ("1", "0"), ("-1", "1"), ("18446744073709551616", "1"), ("1", "+1"), ("", "1")]
    {
        let pairs = [("x-datadog-trace-id", trace), ("x-datadog-parent-id", parent)];
        assert_eq!(read(Format::Datadog, &pairs), None, "{trace} {parent}");
    }
}

#[test]
fn the_first_format_counts_and_a_contradiction_names_no_trace() {
    let both = Propagation::new(&[Format::B3, Format::W3c], Vec::new());
    let (parent, same) = (format!("00-{TRACE}-1111111111111111-00"), format!("{TRACE}-{SPAN}-1"));
    let found = both.read(&headers(&[("traceparent", &parent), ("b3", &same)]));
    assert_eq!(found, Some(context(TRACE, Some(true))));
    // An id of 64 bits is the end of one of 128.
    let short = format!("a3ce929d0e0e4736-{SPAN}-1");
    assert!(both.read(&headers(&[("traceparent", &parent), ("b3", &short)])).is_some());
    let other = format!("{}-{SPAN}-1", TRACE.replace('4', "5"));
    assert_eq!(both.read(&headers(&[("traceparent", &parent), ("b3", &other)])), None);
    // One that is not asked for says nothing.
    assert!(Propagation::default().read(&headers(&[("traceparent", &parent), ("b3", &other)])).is_some());
}

#[test]
fn what_is_written_replaces_all_that_told_of_a_trace() {
    let mut given = HeaderMap::from_iter(HEADERS.clone().map(|name| (name, HeaderValue::from_static("old"))));
    Propagation::default().write(&context(TRACE, Some(true)), &mut given);
    assert_eq!(given, headers(&[("traceparent", &format!("00-{TRACE}-{SPAN}-01"))]));
}

#[test]
fn only_baggage_that_was_named_is_passed_on() {
    let carrying = headers(&[("baggage", "tenant=blue;p=1, secret=x"), ("baggage", "region=eu,tenantx=1,=,")]);
    assert_eq!(Propagation::default().baggage(&carrying), None);
    let named = Propagation::new(&[], vec!["tenant".to_owned(), "region".to_owned()]);
    assert_eq!(named.baggage(&carrying).unwrap(), "tenant=blue;p=1,region=eu");
    assert_eq!(named.baggage(&headers(&[("baggage", &format!("tenant={}", "x".repeat(9_000)))])), None);
}

fn any_context() -> impl Strategy<Value = TraceContext> {
    (1..=u128::MAX, 1..=u64::MAX, any::<bool>()).prop_map(|(trace, span, sampled)| TraceContext {
        trace_id: TraceId::new(trace.to_be_bytes()).unwrap(),
        span: SpanId::new(span.to_be_bytes()).unwrap(),
        sampled: Some(sampled),
        is_random: false,
        state: None,
    })
}

proptest! {
    #[test]
    fn what_is_written_is_read_as_it_was(context in any_context(), format in prop::sample::select(&ALL[..])) {
        let propagation = Propagation::new(&[format], Vec::new());
        let mut headers = HeaderMap::new();
        propagation.write(&context, &mut headers);
        // Without the others, so that it is this format that is read.
        let is_of_another = |name: &HeaderName| name.as_str().starts_with("trace") && format != Format::W3c;
        HEADERS.iter().filter(|name| is_of_another(name)).for_each(|name| { headers.remove(name); });
        // No number of Datadog's is nothing.
        let is_writable = format != Format::Datadog || context.trace_id.bytes()[8..] != [0; 8];
        prop_assert!(!is_writable || propagation.read(&headers) == Some(context));
    }

    #[test]
    fn whatever_stands_in_the_headers_is_read_without_a_panic(
        values in prop::collection::vec(option::of(prop_oneof![
            "[0-9a-f:%\\-=,_.dptiA]{0,80}", "[ -~]{0,40}", Just(TRACE.to_owned()), Just(SPAN.to_owned()),
        ]), HEADERS.len()),
    ) {
        let given = HEADERS.iter().zip(&values);
        let headers: HeaderMap = given
            .filter_map(|(name, value)| Some((name.clone(), HeaderValue::from_str(value.as_ref()?).ok()?)))
            .collect();
        if let Some(context) = Propagation::new(&ALL, vec!["a".to_owned()]).read(&headers) {
            let mut written = HeaderMap::new();
            Propagation::default().write(&context, &mut written);
            let read = Propagation::default().read(&written).unwrap();
            prop_assert_eq!((read.trace_id, read.span), (context.trace_id, context.span));
        }
    }
}
