//! Files at the boundary: the graph, the REST surface and the events.
