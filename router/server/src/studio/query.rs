//! What is asked: the query string, read strictly. What is not known is refused, and not overlooked.

use std::str::FromStr;

use http::StatusCode;
use http::request::Parts;
use router_studio::store::traces::{TraceFilter, TraceOrder};
use router_studio::view::numbers::unix_ms;
use router_studio::view::operations::{OperationFilter, OperationOrder};
use router_studio::{OperationKind, Window};

use crate::problem::Problem;

/// Entries of a list, when nobody says how many.
const LIMIT: u32 = 50;
const LIMIT_MAX: u32 = 500;
/// Longer texts are not searched for.
const TEXT_BYTES_MAX: usize = 256;

/// The parameters of a query string.
#[derive(Debug)]
pub(super) struct Parameters {
    given: Vec<(String, String)>,
}

impl Parameters {
    /// Reads the query string of a path that knows these parameters. One that is empty was not given.
    ///
    /// # Errors
    /// When it has others, or one of them twice, or is no query string.
    pub(super) fn of(head: &Parts, known: &[&str]) -> Result<Self, Problem> {
        let query = axum::extract::Query::<Vec<(String, String)>>::try_from_uri(&head.uri);
        let given = query.map_err(|error| unreadable(error.to_string()))?.0;
        for (index, (name, value)) in given.iter().enumerate() {
            if !known.contains(&name.as_str()) {
                let known = if known.is_empty() { "none".to_owned() } else { known.join(", ") };
                return Err(unreadable(format!("There is no parameter `{}` here; known are: {known}.", shown(name))));
            }
            if given[..index].iter().any(|(before, _)| before == name) {
                return Err(unreadable(format!("`{name}` is given twice.")));
            }
            if value.len() > TEXT_BYTES_MAX {
                return Err(unreadable(format!("`{name}` is longer than {TEXT_BYTES_MAX} bytes.")));
            }
        }
        Ok(Self { given: given.into_iter().filter(|(_, value)| !value.is_empty()).collect() })
    }

    fn text(&self, name: &str) -> Option<&str> {
        self.given.iter().find(|(given, _)| given == name).map(|(_, value)| value.as_str())
    }

    fn owned(&self, name: &str) -> Option<String> {
        self.text(name).map(str::to_owned)
    }

    /// What `read` makes of a parameter; `wanted` says what it may be.
    fn read<T>(&self, name: &str, wanted: &str, read: impl Fn(&str) -> Option<T>) -> Result<Option<T>, Problem> {
        let Some(text) = self.text(name) else { return Ok(None) };
        let value = read(text);
        value.map(Some).ok_or_else(|| unreadable(format!("`{}` is no `{name}`: it is {wanted}.", shown(text))))
    }

    /// The window that is asked for.
    pub(super) fn window(&self) -> Result<Window, Problem> {
        let Some(text) = self.text("window") else { return Ok(Window::default()) };
        Window::from_str(text).map_err(|none| unreadable(format!("`{}`: {none}.", shown(text))))
    }

    fn limit(&self) -> Result<u32, Problem> {
        let wanted = format!("a number from 1 to {LIMIT_MAX}");
        let read = |text: &str| text.parse().ok().filter(|limit| (1..=LIMIT_MAX).contains(limit));
        Ok(self.read("limit", &wanted, read)?.unwrap_or(LIMIT))
    }

    fn us(&self, name: &str) -> Result<Option<u64>, Problem> {
        self.read(name, "a number of milliseconds that is not negative", |text| {
            let ms: f64 = text.parse().ok()?;
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "it is within these bounds")]
            (0.0..=1e12).contains(&ms).then_some((ms * 1000.0) as u64)
        })
    }

    /// The operations that are asked for.
    pub(super) fn operations(&self) -> Result<OperationFilter, Problem> {
        let kind = self.read("kind", "query, mutation or subscription", |text| match text {
            "query" => Some(OperationKind::Query),
            "mutation" => Some(OperationKind::Mutation),
            "subscription" => Some(OperationKind::Subscription),
            _ => None,
        })?;
        let sorts = "requests, errorRate, p50, p95, p99, cost, cacheShare, time or name";
        let order = self.read("sort", sorts, OperationOrder::named)?.unwrap_or_default();
        let ascending = self.read("order", "asc or desc", |text| match text {
            "asc" => Some(true),
            "desc" => Some(false),
            _ => None,
        })?;
        let after = self.read("after", "what `next` of the page before says", |text| text.parse::<u32>().ok())?;
        Ok(OperationFilter {
            window: self.window()?,
            search: self.owned("search"),
            kind,
            client: self.owned("client"),
            order,
            // Names are read from A to Z, everything else from what there is most of.
            ascending: ascending.unwrap_or(order == OperationOrder::Name),
            limit: self.limit()? as usize,
            after: after.unwrap_or(0) as usize,
        })
    }

    /// The traces that are asked for; `now_ms` is when.
    pub(super) fn traces(&self, now_ms: u64) -> Result<TraceFilter, Problem> {
        let failed = self.read("status", "ok or error", |text| match text {
            "ok" => Some(false),
            "error" => Some(true),
            _ => None,
        })?;
        let cache = self.read("cache", "hit, miss or uncacheable", |text| {
            ["hit", "miss", "uncacheable"].contains(&text).then(|| text.to_owned())
        })?;
        let order = self.read("sort", "recent or slowest", |text| match text {
            "recent" => Some(TraceOrder::Recent),
            "slowest" => Some(TraceOrder::Slowest),
            _ => None,
        })?;
        let window_ms = now_ms.saturating_sub(self.window()?.seconds() * 1000);
        let moment = |name| self.read(name, "a moment like 2026-11-21T20:00:00.000Z", unix_ms);
        // A part of the window, as a cell of a heat map is one.
        let begin_ms = moment("beginAt")?.map_or(window_ms, |begin| begin.max(window_ms));
        Ok(TraceFilter {
            begin_us: begin_ms * 1000,
            end_us: moment("endAt")?.map(|end| end * 1000),
            operation: self.owned("operation"),
            subgraph: self.owned("subgraph"),
            client: self.owned("client"),
            failed,
            cache,
            min_us: self.us("minMs")?,
            max_us: self.us("maxMs")?,
            search: self.owned("search"),
            order: order.unwrap_or_default(),
            limit: self.limit()?,
            after: self.read("after", "what `next` of the page before says", |text| text.parse().ok())?,
        })
    }
}

/// The beginning of what somebody else has written.
fn shown(text: &str) -> String {
    text.chars().take(40).collect()
}

/// The query string, or another part of the request, is not what it may be.
pub(super) fn unreadable(detail: String) -> Problem {
    Problem {
        status: StatusCode::BAD_REQUEST,
        slug: "bad-query",
        code: "BAD_USER_INPUT",
        title: "The question cannot be read",
        detail,
    }
}
