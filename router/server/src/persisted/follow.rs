//! Keeps the registry up to date, and plans what is new in it before somebody asks for it.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use router_registry::{ClientName, OperationSet, Snapshot};

use super::Registry;
use crate::endpoint::Endpoint;
use crate::operation;

/// Looks for changes again and again; never ends.
pub(crate) async fn follow(registry: Option<&Registry>, endpoints: &[Arc<Endpoint>], interval: Duration) {
    let Some(registry) = registry else { return std::future::pending().await };
    let mut planned = Arc::new(Snapshot::default());
    let mut is_failing = false;
    loop {
        let current = registry.snapshot();
        if current.version != planned.version {
            plan_new(&planned, &current, endpoints).await;
            planned = current;
        }
        tokio::time::sleep(interval).await;
        match registry.refresh().await {
            Ok(_) if is_failing => {
                tracing::info!("the registered operations can be read again");
                is_failing = false;
            }
            Ok(_) => {}
            Err(error) if is_failing => tracing::debug!(%error, "the registered operations still cannot be read"),
            Err(error) => {
                tracing::error!(%error, "the registered operations cannot be read; going on with those that are known");
                is_failing = true;
            }
        }
    }
}

/// Plans what was not registered before, one after the other, so that requests have the rest of the machine.
async fn plan_new(before: &Snapshot, now: &Snapshot, endpoints: &[Arc<Endpoint>]) {
    let everyones: BTreeSet<&str> = endpoints.iter().filter_map(|endpoint| endpoint.operations.everyones()).collect();
    for endpoint in endpoints {
        for (client, operations) in &now.clients {
            if endpoint.operations.may_serve(client.as_str(), &everyones) {
                let known = before.clients.get(client).map(AsRef::as_ref);
                plan_of_client(endpoint, client, operations, known).await;
            }
        }
    }
}

async fn plan_of_client(
    endpoint: &Endpoint,
    client: &ClientName,
    operations: &OperationSet,
    known: Option<&OperationSet>,
) {
    for registered in operations.operations() {
        if known.is_some_and(|known| known.by_id(&registered.id).is_some()) {
            continue;
        }
        // It goes into the cache of prepared operations; when it is refused, whoever asks for it is refused, too.
        if let Err(refusal) = operation::prepare(&endpoint.view.operations, registered.text.to_string(), None).await {
            let reason = refusal.errors.first().map_or("", |error| error.message.as_str());
            let (endpoint, id) = (&endpoint.path, &registered.id);
            tracing::warn!(endpoint, %client, %id, reason, "a registered operation is none of this graph, and refused");
        }
    }
}
