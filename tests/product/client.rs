//! A person's HTTP client.

use std::time::Duration;

use serde_json::{Value, json};

/// Talks to the public listener, as nobody or as whoever has signed in.
#[derive(Clone)]
pub(crate) struct Client {
    http: reqwest::Client,
    url: String,
    token: Option<String>,
}

/// What came back.
#[derive(Debug)]
pub(crate) struct Reply {
    /// The HTTP status.
    pub(crate) status: u16,
    /// The headers.
    pub(crate) headers: reqwest::header::HeaderMap,
    /// The body, parsed; null when it is not JSON.
    pub(crate) body: Value,
}

/// What came from an address of a file.
#[derive(Debug)]
pub(crate) struct File {
    /// The HTTP status.
    pub(crate) status: u16,
    /// The headers.
    pub(crate) headers: reqwest::header::HeaderMap,
    /// The body.
    pub(crate) bytes: Vec<u8>,
}

/// A subscription that has begun.
#[derive(Debug)]
pub(crate) struct Subscription {
    response: reqwest::Response,
    text: String,
}

impl Subscription {
    /// The next reply.
    pub(crate) async fn next(&mut self) -> Value {
        let next = async {
            loop {
                while let Some((event, rest)) = self.text.split_once("\n\n") {
                    let data = event.strip_prefix("event: next\ndata: ").map(str::to_owned);
                    self.text = rest.to_owned();
                    if let Some(data) = data {
                        return serde_json::from_str(&data).expect("a reply is JSON");
                    }
                }
                let piece = self.response.chunk().await.expect("the stream goes on").expect("the stream goes on");
                self.text.push_str(std::str::from_utf8(&piece).expect("events are text"));
            }
        };
        tokio::time::timeout(Duration::from_secs(60), next).await.expect("a reply comes")
    }
}

impl Reply {
    /// The value at a JSON pointer (RFC 6901); null where there is none.
    pub(crate) fn at(&self, pointer: &str) -> &Value {
        self.body.pointer(pointer).unwrap_or(&Value::Null)
    }

    /// The `extensions.code` of the first error.
    pub(crate) fn code(&self) -> &str {
        self.at("/errors/0/extensions/code").as_str().unwrap_or_default()
    }

    /// The data, after making sure that there was no error.
    pub(crate) fn data(&self) -> &Value {
        assert_eq!(self.at("/errors"), &Value::Null, "{self:#?}");
        assert_eq!(self.status, 200, "{self:#?}");
        self.at("/data")
    }
}

impl Client {
    /// Nobody yet.
    pub(crate) fn new(url: &str) -> Self {
        // A process may have one provider of cryptography; whoever comes second finds it installed.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let http = reqwest::Client::builder().no_proxy().build().expect("an HTTP client can be built");
        Self { http, url: url.to_owned(), token: None }
    }

    /// The same client with this access token.
    pub(crate) fn with_token(&self, token: impl Into<String>) -> Self {
        Self { token: Some(token.into()), ..self.clone() }
    }

    /// Its access token.
    pub(crate) fn token(&self) -> &str {
        self.token.as_deref().expect("this client has signed in")
    }

    /// Signs in over REST and takes the access token.
    pub(crate) async fn sign_in(&self, email: &str, password: &str) -> Self {
        let reply = self.post("/auth/v1/login", &json!({ "email": email, "password": password })).await;
        assert_eq!(reply.status, 200, "{reply:#?}");
        self.with_token(reply.at("/accessToken").as_str().expect("an access token"))
    }

    /// Runs an operation without variables.
    pub(crate) async fn query(&self, query: &str) -> Reply {
        self.operation(query, json!({})).await
    }

    /// Runs an operation.
    pub(crate) async fn operation(&self, query: &str, variables: Value) -> Reply {
        self.post("/graphql", &json!({ "query": query, "variables": variables })).await
    }

    /// Runs a mutation on its input; its payload, which has no user errors.
    pub(crate) async fn change(&self, mutation: &str, selection: &str, input: Value) -> Value {
        let (first, rest) = mutation.split_at(1);
        let operation = format!(
            "mutation($input: {}{rest}Input!) {{ {mutation}(input: $input) {{ {selection} userErrors {{ message path }} }} }}",
            first.to_ascii_uppercase()
        );
        let reply = self.operation(&operation, json!({ "input": input })).await;
        let payload = reply.data()[mutation].clone();
        assert_eq!(payload["userErrors"], json!([]), "{mutation}: {payload}");
        payload
    }

    /// Posts JSON.
    pub(crate) async fn post(&self, path: &str, body: &Value) -> Reply {
        self.post_bytes(path, "application/json", body.to_string()).await
    }

    /// Posts anything.
    pub(crate) async fn post_bytes(&self, path: &str, content_type: &str, body: impl Into<reqwest::Body>) -> Reply {
        self.send(self.http.post(self.address(path)).header("content-type", content_type).body(body)).await
    }

    /// Gets a path.
    pub(crate) async fn get(&self, path: &str) -> Reply {
        self.send(self.http.get(self.address(path))).await
    }

    /// Runs an operation against a product that may stop at any moment; nothing when it did.
    pub(crate) async fn try_operation(&self, query: &str, variables: Value) -> Option<Reply> {
        let body = json!({ "query": query, "variables": variables }).to_string();
        self.try_send(self.http.post(self.address("/graphql")).header("content-type", "application/json").body(body))
            .await
            .ok()
    }

    /// A request to an address that the product has given out, whose proof of what it may do is in it: as it stands,
    /// except that the product's public name is reached where it listens. A bucket's addresses lead to the bucket.
    pub(crate) fn request_to(&self, method: reqwest::Method, address: &str) -> reqwest::RequestBuilder {
        let path = address.strip_prefix(super::PUBLIC_URL).filter(|path| path.starts_with('/'));
        self.http.request(method, path.map_or_else(|| address.to_owned(), |path| self.address(path)))
    }

    /// Sends a request to such an address.
    pub(crate) async fn follow_address(
        &self,
        method: reqwest::Method,
        address: &str,
        headers: &[(&str, &str)],
        body: Vec<u8>,
    ) -> File {
        let mut request = self.request_to(method, address).body(body);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let response = request.send().await.expect("the product answers");
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        File { status, headers, bytes: response.bytes().await.expect("the body ends").to_vec() }
    }

    /// Begins a subscription, which is there when this returns.
    pub(crate) async fn subscribe(&self, operation: &str) -> Subscription {
        let body = json!({ "query": operation }).to_string();
        let request = self.http.post(self.address("/graphql")).header("content-type", "application/json");
        let request = request.header("accept", "text/event-stream").body(body);
        let request = request.header("authorization", format!("Bearer {}", self.token()));
        Subscription { response: request.send().await.expect("the product answers"), text: String::new() }
    }

    /// The whole address of a path.
    pub(crate) fn address(&self, path: &str) -> String {
        format!("{}{path}", self.url)
    }

    async fn send(&self, request: reqwest::RequestBuilder) -> Reply {
        self.try_send(request).await.expect("the product answers")
    }

    /// Sends any request, with the token when there is one.
    async fn try_send(&self, mut request: reqwest::RequestBuilder) -> Result<Reply, reqwest::Error> {
        if let Some(token) = &self.token {
            request = request.header("authorization", format!("Bearer {token}"));
        }
        let response = request.send().await?;
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let text = response.text().await?;
        Ok(Reply { status, headers, body: serde_json::from_str(&text).unwrap_or(Value::Null) })
    }
}
