use http::HeaderMap;
use router_execution::{Forwarding, ForwardingRequest};

use super::{RequestSigner, RequestTrace, SignedRequest, ViewerHeader};

/// What goes along with every request that one client request causes: its viewer, signed, and its trace.
#[derive(Debug)]
pub(crate) struct RequestForwarding {
    pub(crate) signer: RequestSigner,
    pub(crate) viewer: ViewerHeader,
    pub(crate) trace: RequestTrace,
}

impl Forwarding for RequestForwarding {
    fn headers(&self, request: ForwardingRequest<'_>) -> HeaderMap {
        let mut headers = HeaderMap::new();
        self.trace.write_to(&mut headers);
        let signed = SignedRequest {
            subgraph: request.subgraph,
            method: request.method,
            target: request.path,
            body: request.body,
        };
        self.signer.sign(&self.viewer, &signed, &mut headers);
        headers
    }
}
