use std::collections::BTreeSet;
use std::sync::Arc;

use http::{HeaderMap, HeaderName, HeaderValue};
use router_execution::{Forwarding, ForwardingReply, ForwardingRequest};

use super::{RequestSigner, RequestTrace, SignedRequest, ViewerHeader};
use crate::caching::{FetchSubjects, digest};
use crate::faults::{FAULT, FaultOrder};
use crate::header_rules::RequestHeaders;
use crate::operation::Operation;

/// What goes along with every request that one client request causes: its viewer, signed, and its trace.
#[derive(Debug)]
pub(crate) struct RequestForwarding {
    pub(crate) signer: RequestSigner,
    pub(crate) viewer: ViewerHeader,
    pub(crate) trace: RequestTrace,
    /// What rules say, where there are any.
    pub(crate) headers: Option<RequestHeaders>,
    /// The faults that an administrator has ordered for it.
    pub(crate) fault: Option<Arc<FaultOrder>>,
}

impl Forwarding for RequestForwarding {
    fn headers(&self, request: ForwardingRequest<'_>) -> HeaderMap {
        // What the router says itself comes last, so that no rule can say otherwise.
        let mut headers = self.headers.as_ref().map(|rules| rules.for_subgraph(request.subgraph)).unwrap_or_default();
        self.trace.write_to(request.span, &mut headers);
        headers.remove(FAULT);
        if let Some(fault) = self.fault.as_ref().and_then(|fault| fault.header(request.subgraph)) {
            headers.insert(FAULT, fault);
        }
        let signed = SignedRequest {
            subgraph: request.subgraph,
            method: request.method,
            target: request.path,
            body: request.body,
        };
        self.signer.sign(&self.viewer, &signed, &mut headers);
        headers
    }

    fn replied(&self, reply: ForwardingReply<'_>) {
        if let Some(rules) = &self.headers {
            rules.take_from_reply(reply.subgraph, reply.fetch, reply.headers);
        }
    }
}

impl RequestForwarding {
    /// Stands for the headers that rules put on the requests that this operation causes; none without rules.
    pub(crate) fn digest(&self, operation: &Operation) -> Option<[u8; 32]> {
        if self.fault.is_some() {
            // What was kept, or is being asked for, would not meet the fault; and what meets it is not for others.
            let mut random = [0; 32];
            getrandom::fill(&mut random).expect("invariant: the operating system gives random bytes");
            return Some(random);
        }
        let rules = self.headers.as_ref()?;
        let subgraphs: BTreeSet<&str> = operation.subjects.iter().map(FetchSubjects::subgraph).collect();
        let headers: Vec<_> = subgraphs.into_iter().map(|subgraph| (subgraph, rules.for_subgraph(subgraph))).collect();
        let parts = headers.iter().flat_map(|(subgraph, headers)| {
            let part = |(name, value)| {
                [subgraph.as_bytes(), HeaderName::as_str(name).as_bytes(), HeaderValue::as_bytes(value)]
            };
            headers.iter().flat_map(part)
        });
        Some(digest(parts))
    }

    /// Puts on the reply to the client what subgraphs' replies have for it.
    pub(crate) fn write_to_reply(&self, headers: &mut HeaderMap) {
        if let Some(rules) = &self.headers {
            rules.write_to_reply(headers);
        }
    }
}
