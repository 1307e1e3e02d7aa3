//! Where a request comes from, for history and rate limits.

use std::net::SocketAddr;

use axum::extract::ConnectInfo;
use http::header::USER_AGENT;
use http::request::Parts;
use kit_service::Call;
use kit_viewer::Viewer;

/// The call of a request. The router's signed word on the client counts; without it, the socket's.
pub(super) fn call(parts: &Parts) -> Call {
    let call = parts.extensions.get::<Call>().cloned();
    let mut call = call.unwrap_or_else(|| Call::new(Viewer::anonymous(), String::new()));
    let client = &mut call.viewer.client;
    if client.ip.is_none() {
        let socket = parts.extensions.get::<ConnectInfo<SocketAddr>>();
        client.ip = socket.map(|ConnectInfo(address)| address.ip().to_string());
        let user_agent = parts.headers.get(USER_AGENT).and_then(|value| value.to_str().ok());
        client.user_agent = client.user_agent.take().or_else(|| user_agent.map(str::to_owned));
    }
    call
}
