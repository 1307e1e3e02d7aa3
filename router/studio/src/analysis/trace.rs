//! The spans of a trace as a tree in one time, although several clocks have told it; and its critical path.
//!
//! A request between services is answered within the time in which it was asked, whatever the clocks say: where the span of a
//! server lies outside of its client's, it is moved into the middle of it, with all below. What was begun and not waited for,
//! such as the handling of a message, stays where it is and holds up nothing.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use telemetry::{Span, SpanKind, Value};

use super::path::{Piece, critical_path, self_time};
use crate::histogram::Histogram;

/// Attributes that name the service that a request goes to.
const PEERS: [&str; 2] = ["lyceum.subgraph", "peer.service"];
/// Attributes with the text of a statement.
const STATEMENTS: [&str; 2] = ["db.query.text", "db.statement"];
/// Spans that are looked at. What comes after them is kept, and not explained.
pub const SPANS_MAX: usize = 5_000;
/// How deep spans are nested.
const DEPTH_MAX: usize = 256;

/// A trace, laid out.
#[derive(Debug, Default)]
pub struct Timeline<'s> {
    /// Its spans: by their beginning, and each after the one that it is a part of.
    pub nodes: Vec<Node<'s>>,
    /// Its first span, if there is one that all others are a part of.
    pub root: Option<usize>,
    /// Whether every span that another is a part of is there.
    pub is_complete: bool,
}

/// A span, in the trace's time.
#[derive(Debug)]
pub struct Node<'s> {
    /// As it was told.
    pub span: &'s Span,
    /// The place of what it is a part of.
    pub parent: Option<usize>,
    /// When it began, in nanoseconds since 1970 by the first span's clock.
    pub begin_ns: u64,
    /// When it ended.
    pub end_ns: u64,
    /// Of that, the time in which no part of it was at work.
    pub self_ns: u64,
    /// How long it held up the whole.
    pub critical_ns: u64,
}

/// Work of one kind within a service.
#[derive(Debug, Clone, PartialEq)]
pub struct Inner {
    /// The service.
    pub service: Arc<str>,
    /// Whether it is a statement for a database.
    pub is_statement: bool,
    /// The span's name, or the statement.
    pub name: String,
    /// Microseconds on the critical path.
    pub critical_us: u64,
    /// How long it took, each time.
    pub time: Histogram,
}

impl Inner {
    /// Names it among all work.
    #[must_use]
    pub fn key(&self) -> Arc<str> {
        let kind = if self.is_statement { "statement" } else { "span" };
        format!("{}\u{1f}{kind}\u{1f}{}", self.service, self.name).into()
    }

    /// The service, whether it is a statement, and the name, of a key.
    #[must_use]
    pub fn of_key(key: &str) -> Option<(&str, bool, &str)> {
        let mut parts = key.splitn(3, '\u{1f}');
        Some((parts.next()?, parts.next()? == "statement", parts.next()?))
    }
}

impl<'s> Timeline<'s> {
    /// Lays out the spans of one trace.
    #[must_use]
    pub fn of(spans: &'s [Span]) -> Self {
        let mut places = HashMap::new();
        let mut known: Vec<&Span> = Vec::new();
        for span in spans.iter().take(SPANS_MAX) {
            places.entry(span.id).or_insert_with(|| {
                known.push(span);
                known.len() - 1
            });
        }
        let parent_of = |span: &Span| span.parent.and_then(|parent| places.get(&parent).copied());
        let mut children = vec![Vec::new(); known.len()];
        let mut roots = Vec::new();
        for (place, span) in known.iter().enumerate() {
            match parent_of(span) {
                Some(parent) if parent != place => children[parent].push(place),
                _ => roots.push(place),
            }
        }
        for list in children.iter_mut().chain(Some(&mut roots)) {
            list.sort_by_key(|place| known[*place].begin_unix_ns);
        }
        let mut timeline = Self::default();
        for root in &roots {
            timeline.lay_out(&known, &children, *root);
        }
        // Whoever called the router may have had a span of its own, which nobody has told here.
        let missing = known.iter().filter(|span| span.parent.is_some() && parent_of(span).is_none()).count();
        timeline.root = timeline.find_root();
        timeline.is_complete = timeline.root.is_some() && missing <= 1 && roots.len() == 1;
        timeline.find_path();
        timeline
    }

    /// Adds a span and all its parts, in the order in which they began.
    fn lay_out(&mut self, known: &[&'s Span], children: &[Vec<usize>], root: usize) {
        let mut open = vec![(root, None, 0_i128, 0)];
        while let Some((place, parent, shift, depth)) = open.pop() {
            let span = known[place];
            let shift = parent.map_or(0, |parent: usize| moved_into(&self.nodes[parent], span, shift));
            let begin_ns = shifted(span.begin_unix_ns, shift);
            let end_ns = shifted(span.end_unix_ns, shift).max(begin_ns);
            let own = self.nodes.len();
            self.nodes.push(Node { span, parent, begin_ns, end_ns, self_ns: 0, critical_ns: 0 });
            if depth < DEPTH_MAX {
                open.extend(children[place].iter().rev().map(|child| (*child, Some(own), shift, depth + 1)));
            }
        }
    }

    fn find_root(&self) -> Option<usize> {
        let roots = self.nodes.iter().enumerate().filter(|(_, node)| node.parent.is_none());
        roots
            .max_by_key(|(_, node)| (node.span.service.as_ref() == ROUTER, node.end_ns - node.begin_ns))
            .map(|root| root.0)
    }

    fn find_path(&mut self) {
        let Some(root) = self.root else { return };
        let mut pieces: Vec<Piece> =
            self.nodes.iter().map(|node| Piece { begin: node.begin_ns, end: node.end_ns, parts: Vec::new() }).collect();
        for (place, node) in self.nodes.iter().enumerate() {
            if let Some(parent) = node.parent.filter(|_| node.span.kind != SpanKind::Consumer) {
                pieces[parent].parts.push(place);
            }
        }
        for place in 0..self.nodes.len() {
            self.nodes[place].self_ns = self_time(&pieces, place);
        }
        for stretch in critical_path(&pieces, root) {
            self.nodes[stretch.piece].critical_ns += stretch.end - stretch.begin;
        }
    }

    /// How long the whole took, in nanoseconds.
    #[must_use]
    pub fn duration_ns(&self) -> u64 {
        self.root.map_or(0, |root| self.nodes[root].end_ns - self.nodes[root].begin_ns)
    }

    /// Who the time of a span counts for: a client that waits, waits for the other end.
    #[must_use]
    pub fn blamed(node: &Node<'s>) -> &'s str {
        peer(node.span).unwrap_or(&node.span.service)
    }

    /// By service: microseconds on the critical path.
    #[must_use]
    pub fn services_us(&self) -> BTreeMap<Arc<str>, u64> {
        let mut services: BTreeMap<Arc<str>, u64> = BTreeMap::new();
        for node in self.nodes.iter().filter(|node| node.critical_ns > 0) {
            *services.entry(Self::blamed(node).into()).or_default() += node.critical_ns;
        }
        services.values_mut().for_each(|ns| *ns /= 1000);
        services
    }

    /// The span that has held up the whole longest, by itself; of this service, if one is named.
    #[must_use]
    pub fn culprit(&self, service: Option<&str>) -> Option<&Node<'s>> {
        let nodes = self.nodes.iter().filter(|node| service.is_none_or(|service| Self::blamed(node) == service));
        nodes.filter(|node| node.critical_ns > 0).max_by_key(|node| node.critical_ns)
    }

    /// The work within services other than the router, by kind.
    #[must_use]
    pub fn inner(&self) -> Vec<Inner> {
        let mut found: BTreeMap<(&str, bool, String), Inner> = BTreeMap::new();
        for node in self.nodes.iter().filter(|node| node.span.service.as_ref() != ROUTER) {
            let statement = statement(node.span);
            let name = statement.map_or_else(|| node.span.name.to_string(), shortened);
            let key = (node.span.service.as_ref(), statement.is_some(), name);
            let inner = found.entry(key).or_insert_with_key(|(_, is_statement, name)| Inner {
                service: Arc::clone(&node.span.service),
                is_statement: *is_statement,
                name: name.clone(),
                critical_us: 0,
                time: Histogram::default(),
            });
            inner.critical_us += node.critical_ns / 1000;
            inner.time.record((node.end_ns - node.begin_ns) / 1000);
        }
        found.into_values().collect()
    }
}

/// The service name of the router's own spans.
pub const ROUTER: &str = "router";

/// The service that a request goes to.
fn peer(span: &Span) -> Option<&str> {
    if (span.kind != SpanKind::Client && span.service.as_ref() != ROUTER) || statement(span).is_some() {
        return None;
    }
    PEERS.iter().find_map(|name| match span.attribute(name) {
        Some(Value::Text(text)) => Some(text.as_ref()),
        _ => None,
    })
}

/// The statement that a span has waited for.
#[must_use]
pub fn statement(span: &Span) -> Option<&str> {
    STATEMENTS.iter().find_map(|name| match span.attribute(name) {
        Some(Value::Text(text)) => Some(text.as_ref()),
        _ => None,
    })
}

/// A statement in one line of at most 200 characters.
#[must_use]
pub fn shortened(text: &str) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    match line.char_indices().nth(200) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line,
    }
}

/// How far a span is to be moved so that it lies within the one that has asked for it. `shift` is how far that one was.
fn moved_into(parent: &Node<'_>, span: &Span, shift: i128) -> i128 {
    let (begin, end) = (shifted(span.begin_unix_ns, shift), shifted(span.end_unix_ns, shift));
    let is_answered = parent.span.service != span.service && span.kind == SpanKind::Server;
    if !is_answered || (begin >= parent.begin_ns && end <= parent.end_ns) {
        return shift;
    }
    let room = (parent.end_ns - parent.begin_ns).saturating_sub(span.duration_ns());
    i128::from(parent.begin_ns + room / 2) - i128::from(span.begin_unix_ns)
}

fn shifted(at_ns: u64, shift: i128) -> u64 {
    u64::try_from(i128::from(at_ns) + shift).unwrap_or(if shift < 0 { 0 } else { u64::MAX })
}
