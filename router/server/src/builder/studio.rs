//! The studio, and the faults that it may order.

use std::collections::BTreeMap;
use std::sync::Arc;

use ::telemetry::Collector;
use router_execution::transport::Transport;
use router_studio::Studio;

use super::{Reached, RouterBuilder};
use crate::faults::{Faults, FaultyTransport};
use crate::studio::{Parts, WatchedSubgraph};

impl RouterBuilder {
    /// Remembers requests here, and shows them on the operations listener, unless the settings switch it off. The router
    /// itself opens no files. It learns the graph, and gets its spans from the collector; without one it gets a collector of
    /// its own.
    #[must_use]
    pub fn studio(mut self, studio: Studio) -> Self {
        self.studio = Some(studio);
        self
    }

    /// Where faults are put in the way, if the settings allow any.
    pub(super) fn faults(&self) -> Option<Arc<Faults>> {
        let settings = &self.settings.studio;
        (self.studio.is_some() && settings.enabled && settings.faults).then(Arc::default)
    }

    /// The studio with all that it is served with, if there is one. From now on it is told of everything.
    pub(super) fn take_studio(
        &mut self,
        faults: Option<&Arc<Faults>>,
        transports: &BTreeMap<String, Reached>,
    ) -> Option<Parts> {
        let studio = self.studio.take().filter(|_| self.settings.studio.enabled)?;
        studio.learn(&self.supergraph);
        self.request_sinks.push(Arc::new(studio.clone()));
        let collector = Arc::clone(self.collector.get_or_insert_with(|| Arc::new(Collector::default())));
        collector.add_sink(Arc::new(studio.clone()));
        let subgraphs = transports.iter().map(|(name, reached)| {
            let (transport, is_in_process) = (Arc::clone(&reached.measured), reached.is_in_process);
            (name.clone(), WatchedSubgraph { transport, is_in_process })
        });
        Some(Parts {
            studio,
            access: self.settings.studio.access,
            faults: faults.cloned(),
            collector,
            subgraphs: subgraphs.collect(),
        })
    }
}

/// The transport, with faults in its way where those are allowed.
pub(super) fn faulty(
    subgraph: &str,
    transport: Arc<dyn Transport>,
    faults: Option<&Arc<Faults>>,
) -> Arc<dyn Transport> {
    match faults {
        Some(faults) => Arc::new(FaultyTransport::new(subgraph.to_owned(), transport, Arc::clone(faults))),
        None => transport,
    }
}
